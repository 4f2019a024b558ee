using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Core.Evidence;

/// <summary>From what a host sees to the columns of the isolation table, and to what it says of itself. The agent asks it with every change, <c>holdfast whatif</c> for every host.</summary>
public static class SituationRules
{
    /// <param name="picture">Its owner is the host that is judged.</param>
    public static Situation Of(ClusterPicture picture, OwnConditions own)
    {
        var self = picture.Of(picture.Self);
        var others = picture.Alive.Where(h => h.Slot != self.Slot).ToList();
        var reached = others.Where(h => picture.Meet(self, h)).ToList();
        bool Migrates(HostPicture h) => own.MigrationNetworks.Any(n =>
            ClusterPicture.Hears(self, h, n) == true && ClusterPicture.Hears(h, self, n) == true && own.IsWhole(n, h.Slot));

        // A host that is reached says so itself; of the others, only those that provably have a network are asked.
        var askable = reached.Count > 0 ? reached : others.Where(h => others.Any(o => o != h && picture.Meet(h, o))).ToList();
        return new(
            own.Apart, IsolationVerdict.Of(picture, picture.Self), own.Storage,
            OthersRenew: others.Any(h => h.Denies(HeartbeatFlags.Expired)),
            own.Quorum,
            OthersHaveQuorum: others.Any(h => !h.Says(HeartbeatFlags.NoQuorum)),
            GuestLost(picture, self, others, own),
            OthersHaveGuest: askable.Any(h => h.Denies(HeartbeatFlags.GuestDown)),
            CanMigrate: reached.Any(Migrates),
            MigrationWhole: reached.All(Migrates));
    }

    /// <summary>What the host says of itself in its heartbeats and its slot.</summary>
    public static HeartbeatFlags Flags(Situation situation, OwnConditions own) =>
        (situation.Verdict == Verdict.Isolated ? HeartbeatFlags.Isolated : 0) |
        (own.Quorum ? 0 : HeartbeatFlags.NoQuorum) |
        (situation.GuestLost ? HeartbeatFlags.GuestDown : 0) |
        (own.GuestUnplugged ? HeartbeatFlags.GuestUnplugged : 0) |
        (situation.CanMigrate || situation.MigrationWhole ? 0 : HeartbeatFlags.MigrationDown) |
        (own.Readable ? 0 : HeartbeatFlags.NoTable) |
        (situation.Apart || own.Draining ? HeartbeatFlags.Leaving : 0) |
        (own.Draining ? HeartbeatFlags.Draining : 0) |
        (situation.Storage == StorageState.Lost ? HeartbeatFlags.Expired : 0);

    /// <summary>
    /// The own link has no carrier; or nobody is met on the guest networks any more while others live. A host whose own guest link has no carrier is no
    /// witness: with two hosts it is the one without a carrier that has lost the network.
    /// </summary>
    private static bool GuestLost(ClusterPicture picture, HostPicture self, List<HostPicture> others, OwnConditions own)
    {
        if (own.GuestUnplugged)
        {
            return true;
        }

        var witnesses = 0;
        foreach (var network in picture.Networks.Where(n => n.Has(NetworkRoles.Guest)))
        {
            foreach (var other in others.Where(h => !h.Says(HeartbeatFlags.GuestUnplugged)))
            {
                if (ClusterPicture.Hears(self, other, network.Name) == true && ClusterPicture.Hears(other, self, network.Name) != false)
                {
                    return false;
                }

                witnesses += own.WasHeard(network.Name, other.Slot) ? 1 : 0;
            }
        }

        return witnesses > 0;
    }
}
