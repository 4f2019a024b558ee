using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>Which row of the isolation table holds for this host, from when on, and what it says of itself to the others. Looked at with every beat.</summary>
internal sealed class SituationDesk(AgentContext context, IReadOnlyDictionary<int, FencingDesk> fencing)
{
    private Moment since;
    private Moment? disarmedUntil;
    private string disarmedBy = "";
    private int said = Normal;
    private HeartbeatFlags judgedFlags;
    private (ClusterPicture Picture, ConditionsMeasured Conditions, bool Apart, bool Draining, StorageState Storage, int Links, ulong Holes) judged;
    private const int Normal = 13;
    private readonly ImmutableArray<string> migrationNetworks = [.. context.Settings.MigrationPaths.Select(p => p.Network)];

    public IsolationRow Row { get; private set; } = IsolationTable.Rows[Normal - 1];

    public ClusterPicture Picture { get; private set; } = PictureMaker.Of(context, fencing, HeartbeatFlags.None);

    /// <summary>What this host says of itself in its heartbeats and its slot.</summary>
    public HeartbeatFlags Flags => judgedFlags | (AwaitsTurn ? HeartbeatFlags.AwaitsTurn : 0);

    /// <summary>Machines of this host wait for their turn to move, and none moves.</summary>
    public bool AwaitsTurn { get; set; }

    /// <summary>The row has held for this long: nothing is done on a moment's picture.</summary>
    public TimeSpan Held => context.Now - since;

    /// <summary>Who disarmed this host, why, and for how much longer; null: it is armed.</summary>
    public string? Disarmed => disarmedUntil is { } until ? $"{disarmedBy}; armed again by itself in {(until - context.Now).TotalMinutes:0.0} min" : null;

    /// <summary>Who drains this host, and why; null: nobody.</summary>
    public string? Draining { get; private set; }

    /// <summary>Machines that nobody owns, those of the dead and those that others give may come here.</summary>
    public bool TakesMachines => Row.TakesMachines && (Draining is null || context.Settings.Lacks(AgentFlaws.TakesWhileDrained));

    /// <summary>Why a machine is not started or taken here by order, while the host is drained.</summary>
    public string DrainRefusal => $"{context.Settings.Host} is being drained ({Draining}) and takes no machines until 'holdfast host resume {context.Settings.Host}'";

    /// <summary>A restart of the agent or of the host must not end it: the daemon keeps it and tells it again.</summary>
    public void Drain(bool on, string by)
    {
        var before = Draining is not null;
        Draining = on ? by : null;
        if (on || before)
        {
            context.Say(
                on ? "drain" : "resume",
                on ? $"{context.Settings.Host} is being drained ({by}): it takes no machines, and those that run here move to other hosts"
                    : $"{context.Settings.Host} takes machines again ({by}); none moves back by itself", host: context.Settings.Host);
        }
    }

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
        var basis = (Picture, context.Conditions, disarmedUntil is not null, Draining is not null, Storage(), context.Network.KnownLinks, Holes());
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
        var own = Own();
        var situation = SituationRules.Of(Picture, own);
        judgedFlags = SituationRules.Flags(situation, own);
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

    /// <summary>Before the first measurement the guest network counts as up: nothing is known, which is no loss to tell of.</summary>
    private OwnConditions Own() => new(
        Apart: disarmedUntil is not null, judged.Draining, judged.Storage, Readable: context.AreasInOrder.All(a => a.IsReadable), context.Conditions.Quorum,
        GuestUnplugged: !context.Conditions.GuestNetworkUp, migrationNetworks,
        (network, slot) => MigrationRoutes.IsWhole(context, network, slot), (network, slot) => context.Network.Link(context.Now, network, slot) != LinkState.Unknown);

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

            state = area is { State: AreaState.Ready, IsSlow: true } ? StorageState.Slow : state;
        }

        return state;
    }
}
