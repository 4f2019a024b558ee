using Holdfast.Core.Guarding;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

/// <summary>The far end of the guard's wire in a story: it obeys, remembers what it was told, and reports only when the story lets it.</summary>
internal sealed class GuardStandIn
{
    public SortedDictionary<string, GuardedArea> Areas { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<Guid, GuardedMachine> Machines { get; } = [];

    public List<GuardOrder> Orders { get; } = [];

    /// <summary>The last word about an open hand-over.</summary>
    public bool HandOver => Orders.OfType<HandOverOpen>().LastOrDefault() is { Open: true };

    /// <summary>Null and done, or why it refuses.</summary>
    public string? Take(GuardOrder order)
    {
        Orders.Add(order);
        switch (order)
        {
            case OpenArea open:
                Areas[open.Datastore] = new(open.Datastore, open.Incarnation, 0, 0, Expired: false, 0);
                return null;
            case Rejoin rejoin when Areas[rejoin.Datastore].Expired:
                Areas[rejoin.Datastore] = new(rejoin.Datastore, rejoin.Incarnation, 0, 0, Expired: false, 0);
                return null;
            case Rejoin:
                return "The right has not expired; there is nothing to rejoin.";
            case Grant grant:
                Machines[grant.Machine] = new(grant.Machine, grant.Epoch, Machines.GetValueOrDefault(grant.Machine)?.Pid ?? 0, GuardedState.Free);
                return null;
            case Revoke revoke when Machines.GetValueOrDefault(revoke.Machine) is { } known && known.Epoch <= revoke.Epoch:
                Machines.Remove(revoke.Machine);
                return null;
            default:
                return null;
        }
    }

    public GuardReport Report(Moment now) => new(now.Ticks * 100, Guid.Empty, "armed", [.. Areas.Values], [.. Machines.Values]);
}
