using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// Whose turn it is: so many machines move at once away from this host, to any one host, and in the cluster. What moves elsewhere is what the lease tables show. Each source judges
/// for itself, and nobody hands out turns: sources that see the same room in the same instant may exceed a limit until one of their moves has ended.
/// </summary>
/// <param name="own">The machines that leave this host now, and their targets; not all of them are in a table already.</param>
internal sealed class MoveTurns(AgentContext context, Func<IEnumerable<(Guid Machine, int Target)>> own)
{
    private const int Cluster = -1;

    /// <summary>By target slot, or <see cref="Cluster"/>: when it was full last with machines of this host among those that moved.</summary>
    private readonly Dictionary<int, Moment> filled = [];
    private ImmutableArray<(Guid Machine, int Target)> moving = [];
    private Moment? waited;

    /// <summary>Whoever waits sees the table within one renewal, and has announced its move within another.</summary>
    private TimeSpan Courtesy => context.Plan.Renew * 3;

    /// <summary>Machines of this host wait for their turn and none moves: hosts that have their share let it go first.</summary>
    public bool Awaits => waited is { } at && context.Now - at < Courtesy && !own().Any();

    /// <summary>Null: another machine may leave this host; else why none may.</summary>
    public string? WhyNotFromHere => own().Count() is var leaving && leaving >= context.Settings.MovesAtOnce ? Says(leaving, $"away from {context.Settings.Host}") : WhyFull(Cluster);

    /// <summary>Slots that no further machine may go to from here now.</summary>
    public ImmutableArray<int> FullTargets => [.. context.Settings.Hosts.Keys.Where(slot => WhyNotTo(slot) is not null)];

    /// <summary>Null: another machine may go from here to this host; else why none may.</summary>
    public string? WhyNotTo(int target) => WhyFull(target);

    /// <summary>A machine from here was not let go.</summary>
    public void Wait() => waited = context.Now;

    /// <summary>Looked at in every step, before anybody asks for a turn.</summary>
    public void Look()
    {
        moving = [.. Everywhere()];
        var leaving = own().ToList();
        foreach (var place in leaving.Select(m => m.Target).Append(Cluster).Where(p => leaving.Count > 0 && Count(p) >= Most(p)))
        {
            filled[place] = context.Now;
        }
    }

    private string? WhyFull(int place)
    {
        var where = place == Cluster ? "in the cluster" : $"to {context.Settings.NameOf(place)}";
        return Count(place) is var count && count >= Most(place) ? Says(count, where)
            : filled.TryGetValue(place, out var at) && context.Now - at < Courtesy && OthersWait() ? $"hosts of which no machine moves {where} go first"
            : null;
    }

    private int Most(int place) => place == Cluster ? context.Settings.MovesInCluster : context.Settings.MovesAtOnce;

    private int Count(int place) => moving.Concat(own()).Where(m => place == Cluster || m.Target == place).DistinctBy(m => m.Machine).Count();

    private bool OthersWait() => context.Situation.Picture.Alive.Any(h => h.Slot != context.Settings.Slot && h.Says(HeartbeatFlags.AwaitsTurn));

    private static string Says(int count, string where) => count == 1 ? $"1 machine moves {where}" : $"{count} machines move {where}";

    /// <summary>A host that is not seen alive carries nothing: its machines' entries may stay as they are until somebody proves its death.</summary>
    private IEnumerable<(Guid Machine, int Target)> Everywhere() =>
        from area in context.AreasInOrder
        from entry in area.Moving
        where IsAlive(entry.Owner!.Value.Slot.Value)
        select (entry.Machine.Value, entry.Target!.Value.Slot.Value);

    private bool IsAlive(int slot) => context.Situation.Picture.Hosts.FirstOrDefault(h => h.Slot == slot) is { Presence: Presence.Alive };
}
