using Holdfast.Core.Leases;

namespace Holdfast.Core.Placement;

/// <summary>Which hosts take machines, by what they say of themselves in their slots.</summary>
public static class TakerRules
{
    private const HeartbeatFlags NotTaking = HeartbeatFlags.Agentless | HeartbeatFlags.Expired | HeartbeatFlags.Leaving | HeartbeatFlags.NoTable | HeartbeatFlags.Isolated;

    public static bool Takes(HeartbeatFlags says) => (says & NotTaking) == 0;

    /// <summary>Those without a guest network only where nobody has one.</summary>
    public static IEnumerable<Candidate> Preferred(IEnumerable<(Candidate Candidate, HeartbeatFlags Says)> taking)
    {
        var all = taking.ToList();
        bool HasGuest((Candidate Candidate, HeartbeatFlags Says) one) => (one.Says & HeartbeatFlags.GuestDown) == 0;
        return (all.Any(HasGuest) ? all.Where(HasGuest) : all).Select(one => one.Candidate);
    }
}
