using Holdfast.Core.Guarding;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>
/// What the search needs of a guard: a grant and an unexpired right let a process execute, an expiry is final until a rejoin names a new incarnation. The
/// guard's own decisions are tested for themselves; here its promise counts.
/// </summary>
internal sealed class GuardModel(Guid incarnation)
{
    private ulong known;

    public Guid Incarnation { get; private set; } = incarnation;

    public bool Expired { get; set; }

    /// <summary>Epoch of the machine's grant; 0: none.</summary>
    public ulong Granted { get; set; }

    public bool Allows => Granted > 0 && !Expired;

    /// <summary>Null and done, or why it refuses. <paramref name="killed"/>: the machine's process here lost its right for good.</summary>
    public string? Obey(GuardOrder order, out bool killed)
    {
        killed = false;
        switch (order)
        {
            case Grant grant when grant.Epoch < known:
                return "The epoch is older than the newest one.";
            case Grant when Expired:
                return "The right has expired.";
            case Grant grant:
                (Granted, known) = (grant.Epoch, grant.Epoch);
                return null;
            case Revoke revoke when Granted <= revoke.Epoch:
                (Granted, known) = (0, Math.Max(known, revoke.Epoch));
                return null;
            case Revoke:
                return "The grant is newer.";
            case Rejoin when !Expired:
                return "The right has not expired.";
            case Rejoin rejoin:
                (Incarnation, Expired, killed) = (rejoin.Incarnation, false, rejoin.Thaw.Length == 0);
                Granted = killed ? 0 : rejoin.Thaw[0].Epoch;
                known = Math.Max(known, Granted);
                return null;
            case OpenArea open:
                (Incarnation, Expired) = (open.Incarnation, false);
                return null;
            default:
                return null;
        }
    }

    public GuardReport Report(Moment now, string datastore, Guid machine, Copy? copy)
    {
        var state = copy is null ? GuardedState.Absent : Allows ? GuardedState.Free : GuardedState.Frozen;
        return new(
            now.Ticks * 100, Guid.Empty, "armed", [new(datastore, Incarnation, 0, 0, Expired, 0)],
            copy is null && Granted == 0 ? [] : [new(machine, Granted, copy is null ? 0 : 1, state)]);
    }
}
