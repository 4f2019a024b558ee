using System.Collections.Immutable;

namespace Holdfast.Core.Migration;

/// <summary>A migration as it was asked for.</summary>
/// <param name="Move">Its id, and that of its first try.</param>
/// <param name="IsFree">Nobody has asked for this very target.</param>
internal sealed record MoveWish(Guid Move, int Target, bool IsFree)
{
    /// <summary>How long the guest may stand still for the last pass, at most.</summary>
    public TimeSpan MostPause { get; init; } = MoveLimits.MostPause;

    /// <summary>Only to where the guest network is well.</summary>
    public bool WithGuestNetwork { get; init; }

    /// <summary>Slots that it is not to go to, as things are now.</summary>
    public Func<ImmutableArray<int>> Except { get; init; } = () => [];

    /// <summary>What it was asked for still holds.</summary>
    public Func<bool> Stands { get; init; } = () => true;
}
