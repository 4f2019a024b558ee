using Holdfast.Core.Evidence;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>Which row of the isolation table holds for this host, from when on, and what it says of itself to the others. Looked at with every beat.</summary>
internal sealed class SituationDesk(AgentContext context, IReadOnlyDictionary<int, FencingDesk> fencing)
{
    private Moment since;
    private Moment? disarmedUntil;
    private string disarmedBy = "";
    private int said = Normal;
    private (ClusterPicture Picture, ConditionsMeasured Conditions, bool Apart, StorageState Storage, int Links, ulong Holes) judged;
    private const int Normal = 13;

    public IsolationRow Row { get; private set; } = IsolationTable.Rows[Normal - 1];

    public ClusterPicture Picture { get; private set; } = PictureMaker.Of(context, fencing, HeartbeatFlags.None);

    /// <summary>What this host says of itself in its heartbeats and its slot.</summary>
    public HeartbeatFlags Flags { get; private set; }

    /// <summary>The row has held for this long: nothing is done on a moment's picture.</summary>
    public TimeSpan Held => context.Now - since;

    /// <summary>Who disarmed this host, why, and for how much longer; null: it is armed.</summary>
    public string? Disarmed => disarmedUntil is { } until ? $"{disarmedBy}; armed again by itself in {(until - context.Now).TotalMinutes:0.0} min" : null;

    /// <summary>A restart of the agent must not arm it: the daemon tells it again.</summary>
    public void Disarm(TimeSpan span, string by)
    {
        var before = disarmedUntil is not null;
        disarmedUntil = span > TimeSpan.Zero ? context.Now + span : null;
        disarmedBy = by;
        if (disarmedUntil is not null || before)
        {
            context.Say(
                disarmedUntil is null ? "armed" : "disarmed",
                disarmedUntil is null ? $"{context.Settings.Host} is armed: {by}" : $"{context.Settings.Host} is disarmed for {span.TotalMinutes:0.#} min: {by}", host: context.Settings.Host);
        }
    }

    public void Look()
    {
        if (disarmedUntil is { } end && context.Now >= end)
        {
            Disarm(TimeSpan.Zero, "the time for which it was disarmed is over");
        }

        Picture = PictureMaker.After(Picture, context, fencing, Flags);
        var basis = (Picture, context.Conditions, disarmedUntil is not null, Storage(), context.Network.KnownLinks, Holes());
        if (basis != judged)
        {
            judged = basis;
            Judge();
        }

        if (Held >= context.Plan.Hold && said != Row.Number)
        {
            said = Row.Number;
            Tell();
        }
    }

    /// <summary>All of it follows from what <see cref="judged"/> holds, which is seldom new.</summary>
    private void Judge()
    {
        var situation = Situation(judged.Storage);
        Flags = FlagsOf(situation);
        var row = IsolationTable.Of(situation);
        if (row.Number != Row.Number)
        {
            since = context.Now;
        }

        Row = row;
    }

    public Verdict Verdict => IsolationVerdict.Of(Picture, context.Settings.Slot);

    private void Tell()
    {
        var evidence = VerdictEvidence.Of(Picture, context.Settings.Slot)[0];
        context.Say("situation", $"{context.Settings.Host} is in row {Row.Number} of the isolation table ({Row.When}): it {Row.Does}. {evidence}", host: context.Settings.Host);
    }

    private Situation Situation(StorageState storage)
    {
        var self = Picture.Of(context.Settings.Slot);
        var others = Picture.Alive.Where(h => h.Slot != self.Slot).ToList();
        var reached = others.Where(h => Picture.Meet(self, h)).ToList();
        bool Migrates(HostPicture h) => context.Settings.MigrationPaths.Any(p =>
            ClusterPicture.Hears(self, h, p.Network) == true && ClusterPicture.Hears(h, self, p.Network) == true && MigrationRoutes.IsWhole(context, p.Network, h.Slot));

        // A host that is reached says so itself; of the others, only those that provably have a network are asked.
        var askable = reached.Count > 0 ? reached : others.Where(h => others.Any(o => o != h && Picture.Meet(h, o))).ToList();
        return new(
            Apart: disarmedUntil is not null, Verdict, storage,
            OthersRenew: others.Any(h => h.Denies(HeartbeatFlags.Expired)),
            context.Conditions.Quorum,
            OthersHaveQuorum: others.Any(h => !h.Says(HeartbeatFlags.NoQuorum)),
            GuestLost(self, others),
            OthersHaveGuest: askable.Any(h => h.Denies(HeartbeatFlags.GuestDown)),
            CanMigrate: reached.Any(Migrates),
            MigrationWhole: reached.All(Migrates));
    }

    /// <summary>Bit per host to or from which packets of full size do not pass on some network that may carry migrations.</summary>
    private ulong Holes()
    {
        var bits = 0UL;
        foreach (var path in context.Settings.MigrationPaths)
        {
            foreach (var host in Picture.Hosts)
            {
                bits |= MigrationRoutes.IsWhole(context, path.Network, host.Slot) ? 0 : 1UL << host.Slot;
            }
        }

        return bits;
    }

    private StorageState Storage()
    {
        var state = StorageState.Ok;
        foreach (var area in context.AreasInOrder)
        {
            if (area.State == AreaState.Expired)
            {
                return StorageState.Lost;
            }

            state = area.State == AreaState.Ready && ((context.Guard is not null && !area.RenewsWell) || !area.IsReadable) ? StorageState.Slow : state;
        }

        return state;
    }

    /// <summary>
    /// The own link has no carrier; or nobody is met on the guest networks any more while others live. A host whose own guest link has no carrier is no
    /// witness: with two hosts it is the one without a carrier that has lost the network.
    /// </summary>
    private bool GuestLost(HostPicture self, List<HostPicture> others)
    {
        if (context.IsMeasured && !context.Conditions.GuestNetworkUp)
        {
            return true;
        }

        var witnesses = 0;
        foreach (var network in context.Settings.Networks.Where(n => n.Has(NetworkRoles.Guest)))
        {
            foreach (var other in others.Where(h => !h.Says(HeartbeatFlags.GuestUnplugged)))
            {
                if (ClusterPicture.Hears(self, other, network.Name) == true && ClusterPicture.Hears(other, self, network.Name) != false)
                {
                    return false;
                }

                witnesses += context.Network.Link(context.Now, network.Name, other.Slot) == LinkState.Unknown ? 0 : 1;
            }
        }

        return witnesses > 0;
    }

    private HeartbeatFlags FlagsOf(Situation situation)
    {
        // Before the first measurement nothing is known, which is no loss to tell of.
        var conditions = context.Conditions;
        return (situation.Verdict == Verdict.Isolated ? HeartbeatFlags.Isolated : 0) |
            (conditions.Quorum ? 0 : HeartbeatFlags.NoQuorum) |
            (situation.GuestLost ? HeartbeatFlags.GuestDown : 0) |
            (conditions.GuestNetworkUp ? 0 : HeartbeatFlags.GuestUnplugged) |
            (situation.CanMigrate || situation.MigrationWhole ? 0 : HeartbeatFlags.MigrationDown) |
            (context.AreasInOrder.All(a => a.IsReadable) ? 0 : HeartbeatFlags.NoTable) |
            (situation.Apart ? HeartbeatFlags.Leaving : 0) |
            (situation.Storage == StorageState.Lost ? HeartbeatFlags.Expired : 0);
    }
}
