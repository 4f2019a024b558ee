using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Placement;
using Holdfast.Core.Recovery;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Topology;

/// <summary>
/// What becomes of every machine in an <see cref="Aftermath"/>. Rows, proofs of death, plans and policies are the agents'; what this adds is their order once time plays no part: the machines of
/// the dead first, then what is given over, what is freed, what moves.
/// </summary>
internal sealed class Fates
{
    /// <summary>Longer than every wait of every plan.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromDays(1);

    private readonly Layout layout;
    private readonly Aftermath after;
    private readonly Dictionary<Guid, Fate> fates = [];
    private readonly Dictionary<int, long> free;
    private readonly Dictionary<(int Slot, int Datastore), string> lost = [];

    private Fates(Layout layout, Aftermath after)
    {
        (this.layout, this.after) = (layout, after);
        free = Facts.Hosts.ToDictionary(h => h.Slot, h => h.FreeMemoryMiB);
    }

    /// <summary>By the order of the facts.</summary>
    public static ImmutableArray<Fate> Of(Layout layout, Aftermath after) => new Fates(layout, after).All();

    private ClusterFacts Facts => layout.Facts;

    private ImmutableArray<Fate> All()
    {
        // In the order of time, as room goes to whoever asks first: moves begin within seconds, then those of isolated hosts are free, then deaths are proven, and last what is given over.
        foreach (var view in after.Views.Where(v => v.Row.MigratesAway))
        {
            Evacuate(view);
        }

        var groups = Enumerable.Range(0, Facts.Datastores.Length).SelectMany(d => On(d).GroupBy(m => m.Host!.Value).Select(g => (Datastore: d, Owner: g.Key, Machines: g.ToList()))).ToList();
        foreach (var (d, owner, machines) in groups.OrderBy(g => g.Owner))
        {
            if (after.ViewOf(owner) is { Row.Releases: true } view && after.Reaches(owner, d))
            {
                Release(d, view, [.. machines.Where(m => m.Definition.OnIsolation == IsolationResponse.Release)]);
            }
        }

        foreach (var (d, owner, machines, proofs) in groups.Where(g => !HasTheRight(g.Owner, g.Datastore)).Select(g => (g.Datastore, g.Owner, g.Machines, Proofs: Proofs(g.Datastore, g.Owner)))
            .OrderBy(g => g.Proofs.Select(p => p.Seconds).DefaultIfEmpty(double.PositiveInfinity).Min()).ThenBy(g => g.Owner))
        {
            WithoutTheRight(d, owner, machines, proofs);
        }

        return [.. Facts.Machines.Select(m => fates.TryGetValue(m.Definition.Id, out var fate) ? fate : RunsOn(m))];
    }

    private bool HasTheRight(int slot, int d) => after.ViewOf(slot) is not null && after.Reaches(slot, d);

    private IEnumerable<MachineFacts> On(int d) => Facts.Machines.Where(m => m.Definition.Datastore == Facts.Datastores[d].Name && m.Host is not null);

    /// <summary>Their host is off, or has lost the datastore: whoever has it takes them with a proof of death, or by their owner's word.</summary>
    private void WithoutTheRight(int d, int owner, List<MachineFacts> machines, List<Proof> proofs)
    {
        foreach (var proof in proofs)
        {
            Take(d, proof.Taker, machines, proof.Why);
        }

        if (after.ViewOf(owner) is { } view)
        {
            GiveOver(d, view, machines);
        }

        foreach (var machine in machines)
        {
            Waits(d, owner, machine, proofs.Count > 0);
        }
    }

    /// <summary>Hosts that have it.</summary>
    private IEnumerable<HostView> With(int d) => after.Views.Where(v => after.Reaches(v.Slot, d));

    /// <summary>Those of them that take machines for themselves or for others: a disarmed one does neither.</summary>
    private IEnumerable<HostView> Takers(int d) => With(d).Where(v => !v.Host.Disarmed);

    /// <summary>Of the owner's death, or of its right's end, by the hosts that have one, the earliest first.</summary>
    private List<Proof> Proofs(int d, int owner) => [.. Takers(d).Select(t => ProofOf(d, owner, t)).OfType<Proof>().OrderBy(p => p.Seconds).ThenBy(p => p.Taker.Slot)];

    private Proof? ProofOf(int d, int owner, HostView taker)
    {
        var (host, store) = (HostOf(owner), Facts.Datastores[d]);
        var (silent, bound) = (Silence(owner), RestartBound.Of(Facts.Plan, store.Drain, host.Fences, Facts.FastShot, host.Watchdog.ProvesByTime()));
        if (after.Shots.TryGetValue(owner, out var shot) && shot.By == taker.Slot &&
            DeathProof.ByFenceDevice(store.Name, silent, Guid.Empty, Moment.Zero, Facts.Plan, shot.CutsPath ? TimeSpan.Zero : store.Drain, trusted: Facts.FastShot) is not null)
        {
            return new(taker, $"{taker.Host.Name} has {host.Name} switched off by its {shot.Device}", bound.WithDeviceSeconds ?? bound.WithoutDeviceSeconds);
        }

        return DeathProof.ByObservation(store.Name, silent, Guid.Empty, host.Watchdog.ProvesByTime(), Facts.Plan, store.Drain) is null ? null
            : new(taker, $"the silence of {host.Name} on datastore {store.Name} proves that its right there is over", bound.WithoutDeviceSeconds);
    }

    /// <summary>A slot that has not changed since time began.</summary>
    private static Evidence.SlotWatch Silence(int slot)
    {
        var (watch, block, end) = (new Evidence.SlotWatch(slot), new byte[HeartbeatBlock.Length], Moment.Zero + Settled);
        watch.Observe(new(slot, Moment.Zero, Moment.Zero, block), TimeSpan.MaxValue);
        watch.Observe(new(slot, end, end, block), TimeSpan.MaxValue);
        return watch;
    }

    /// <summary>Those that have a place by the taker's plan; the others stay in the list.</summary>
    private void Take(int d, HostView taker, List<MachineFacts> machines, string why)
    {
        var plan = PlacementPlan.For(machines.Select(m => m.Definition), Candidates(d, taker, free));
        Start(machines, plan, why);
    }

    private void Start(List<MachineFacts> machines, IReadOnlyDictionary<Guid, int> plan, string why)
    {
        foreach (var machine in machines.Where(m => plan.ContainsKey(m.Definition.Id)).ToList())
        {
            Go(machine, Outcome.Restarted, plan[machine.Definition.Id], why);
            machines.Remove(machine);
        }
    }

    private void Go(MachineFacts machine, Outcome how, int to, string why)
    {
        free[to] -= machine.Definition.MemoryMiB;
        Set(machine, how, to, why);
    }

    /// <summary>As the taker sees them: itself by its row, the others by what their slots say.</summary>
    private IEnumerable<Candidate> Candidates(int d, HostView taker, Dictionary<int, long> room) => TakerRules.Preferred(
        With(d).Where(v => v.Slot == taker.Slot ? v.TakesMachines : TakerRules.Takes(v.Flags)).Select(v => (new Candidate(v.Slot, room[v.Slot]), v.Flags)));

    private void GiveOver(int d, HostView owner, List<MachineFacts> machines)
    {
        if (!GiveOverDesk.MayEver(owner.Row, Facts.Datastores[d].Drain))
        {
            return;
        }

        foreach (var taker in Takers(d).Where(v => v.Picture.Meet(v.Picture.Of(v.Slot), v.Picture.Of(owner.Slot))))
        {
            // Each machine is offered, and taken, by itself: at that moment no slot says yet that another one is on its way there.
            var plans = machines.SelectMany(m => PlacementPlan.For([m.Definition], Candidates(d, taker, free))).ToDictionary();
            Start(machines, plans, $"{owner.Host.Name} has lost datastore {Facts.Datastores[d].Name} and gives it over after {Facts.Plan.StorageLossLimit.TotalSeconds:0} s, as {taker.Host.Name} has a place for it");
        }
    }

    private void Waits(int d, int owner, MachineFacts machine, bool proven)
    {
        var (host, store, view) = (HostOf(owner), Facts.Datastores[d], after.ViewOf(owner));
        if (!With(d).Any())
        {
            Set(machine, view is null ? Outcome.Pending : Outcome.Paused, view is null ? null : owner, $"no host has datastore {store.Name}");
        }
        else if (view is not null)
        {
            Set(machine, Outcome.Paused, owner, $"{host.Name} has lost datastore {store.Name}: it {view.Row.Does}", noRoom: proven || GiveOverDesk.MayEver(view.Row, store.Drain));
        }
        else if (proven)
        {
            Set(machine, Outcome.Pending, null, $"{host.Name} is dead, and no host with datastore {store.Name} has room for {machine.Definition.MemoryMiB} MiB", noRoom: true);
        }
        else
        {
            Set(machine, Outcome.Pending, null, $"nobody can prove that {host.Name} is dead: {WhyNoProof(host, store)}; 'holdfast host confirm-dead {host.Name}' would");
        }
    }

    private string WhyNoProof(HostFacts host, DatastoreFacts store)
    {
        var endless = $"the drain of datastore {store.Name} is infinite";
        var device = after.Shots.ContainsKey(host.Slot) ? $"that its fence device confirms off is not enough, as {endless}"
            : host.Fences.IsEmpty ? "it has no fence device" : "no host can ask its fence device";
        return $"{device}, and silence proves nothing, as {(host.Watchdog.ProvesByTime() ? endless : "it has no tested watchdog")}";
    }

    /// <summary>Row 6: they are shut down and freed, and whoever has a place claims them.</summary>
    private void Release(int d, HostView owner, List<MachineFacts> machines)
    {
        foreach (var taker in Takers(d).Where(v => v.Slot != owner.Slot && v.TakesMachines))
        {
            Take(d, taker, machines, $"{owner.Host.Name} {owner.Row.Does}");
        }

        foreach (var machine in machines)
        {
            Set(machine, Outcome.Pending, null, $"{owner.Host.Name} {owner.Row.Does}; no other host has a place for it", noRoom: true);
        }
    }

    /// <summary>Row 10: a few at a time, which all look for the most room before any has arrived.</summary>
    private void Evacuate(HostView owner)
    {
        var machines = Facts.Machines.Where(m => m.Host == owner.Slot).OrderByDescending(m => m.Definition.Priority).ThenBy(m => m.Definition.Id);
        foreach (var few in machines.Chunk(Facts.MovesAtOnce))
        {
            var room = free.ToDictionary();
            foreach (var machine in few)
            {
                if (Target(owner, machine, room) is { } slot)
                {
                    Go(machine, Outcome.Moved, slot, $"{owner.Host.Name} has lost its guest network: it {owner.Row.Does}");
                }
                else
                {
                    Set(machine, Outcome.Unreachable, owner.Slot, $"{owner.Host.Name} has lost its guest network, and no host that has it can take the machine", noRoom: true);
                }
            }
        }
    }

    private int? Target(HostView owner, MachineFacts machine, Dictionary<int, long> room)
    {
        var self = owner.Picture.Of(owner.Slot);
        return PlacementPlan.MostRoom(Candidates(DatastoreOf(machine), owner, room).Where(c => c.Slot != owner.Slot && free[c.Slot] >= machine.Definition.MemoryMiB && Carries(owner.Picture.Of(c.Slot))));

        bool Carries(Evidence.HostPicture other) => other.Denies(HeartbeatFlags.GuestDown) && Facts.MigrationNetworks.Any(n =>
            Evidence.ClusterPicture.Hears(self, other, n) == true && Evidence.ClusterPicture.Hears(other, self, n) == true);
    }

    private int DatastoreOf(MachineFacts machine)
    {
        for (var d = 0; d < Facts.Datastores.Length; d++)
        {
            if (Facts.Datastores[d].Name == machine.Definition.Datastore)
            {
                return d;
            }
        }

        throw new InvalidOperationException($"The facts have no datastore {machine.Definition.Datastore}, which {machine.Name} is on.");
    }

    private Fate RunsOn(MachineFacts machine)
    {
        if (machine.Host is not { } slot || after.ViewOf(slot) is not { } view)
        {
            return new(machine, Outcome.Pending, null, "it has no host now");
        }

        if (view.Situation.GuestLost)
        {
            return new(machine, Outcome.Unreachable, slot, $"{view.Host.Name} has lost its guest network: it {view.Row.Does}");
        }

        return Less(slot, DatastoreOf(machine)) is { Length: > 0 } less ? new(machine, Outcome.RedundancyLost, slot, less) : new(machine, Outcome.Unaffected, slot, "");
    }

    /// <summary>What the machines of a host on a datastore have less than before, in words; empty: nothing.</summary>
    private string Less(int slot, int d)
    {
        if (lost.TryGetValue((slot, d), out var known))
        {
            return known;
        }

        var host = Facts.Hosts.IndexOf(HostOf(slot));
        var supports = layout.Supports.Value;
        var gone = after.Wiring.Down.Where(c => supports.Hosts[host][c] || supports.Datastores[d][c]).Select(c => layout.Components[c].Id.ToString()).ToList();
        var without = gone.Count == 0 ? "" : $"it runs on without {string.Join(", ", gone.Take(6))}{(gone.Count > 6 ? $" and {gone.Count - 6} more" : "")}";
        var quorum = (after.Wiring.Quorum & (1UL << slot)) != 0 || Facts.Hosts.All(h => !h.EtcdMember) ? "" : $"{HostOf(slot).Name} has no quorum of etcd: what runs goes on, and nothing can be changed there";
        return lost[(slot, d)] = string.Join("; ", new[] { without, quorum }.Where(t => t.Length > 0));
    }

    private HostFacts HostOf(int slot) => Facts.Hosts.First(h => h.Slot == slot);

    private void Set(MachineFacts machine, Outcome outcome, int? host, string reason, bool noRoom = false) =>
        fates[machine.Definition.Id] = new(machine, outcome, host, reason) { LacksRoom = noRoom };

    /// <param name="Seconds">The machines run again so long after the failure at the latest.</param>
    private sealed record Proof(HostView Taker, string Reason, double Seconds)
    {
        public string Why => double.IsFinite(Seconds) ? string.Create(CultureInfo.InvariantCulture, $"{Reason} (at the latest after {Seconds:0.#} s)") : Reason;
    }
}
