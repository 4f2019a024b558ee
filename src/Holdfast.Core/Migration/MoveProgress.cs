namespace Holdfast.Core.Migration;

/// <summary>How far a copy has come, as QEMU counts it (<c>query-migrate</c>).</summary>
/// <param name="Sent">Bytes sent so far; each pass over the memory sends again what the guest has written meanwhile.</param>
/// <param name="Remaining">Bytes that are still to be sent by what is known now.</param>
/// <param name="Total">Bytes of the machine's memory.</param>
/// <param name="Rate">Bytes a second over the path.</param>
/// <param name="Dirtied">Bytes a second that the guest writes anew; 0 in the first pass, when nobody knows it yet.</param>
/// <param name="Pass">Passes over the memory, this one too.</param>
/// <param name="Pause">How long the guest would stand still if the rest were sent now; zero: not known yet.</param>
/// <param name="Throttled">Share of its time, 0 to 1, that QEMU takes from the guest so that it writes less (auto-converge).</param>
public sealed record MoveProgress(long Sent, long Remaining, long Total, double Rate = 0, double Dirtied = 0, int Pass = 1, TimeSpan Pause = default, double Throttled = 0)
{
    /// <summary>Until all is sent if nothing were written any more, in seconds; null: the rate is not known.</summary>
    public double? SecondsLeft => Rate > 0 ? Remaining / Rate : null;
}
