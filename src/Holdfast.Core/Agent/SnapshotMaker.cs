using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Recovery;

namespace Holdfast.Core.Agent;

/// <summary>Turns the core's present state into the read model that people and the API see.</summary>
internal static class SnapshotMaker
{
    public static HostSnapshot Of(
        AgentContext context, IReadOnlyDictionary<int, FencingDesk> fencing, IReadOnlyDictionary<string, DatastoreFailed> failed, MoveDesk moves, OrderDesk orders, EvacuationDesk evacuation, PulseDesk pulses,
        LoadDesk loads, BalanceDesk balance)
    {
        var reason = context.Guard is null ? "no guard answers" : failed.Count > 0 ? failed.Values.First().Reason
            : context.Areas.Values.FirstOrDefault(a => a.State != AreaState.Ready) is { } a ? $"datastore {a.Name}: {a.Reason}" : "";
        var drain = evacuation.Drain;
        return new(
            context.Settings.Cluster, context.Settings.Host, context.Settings.Slot, reason.Length == 0, reason,
            Hosts(context, fencing, loads), Datastores(context, failed), Machines(context, pulses), moves.Views, [.. Alarms(context, drain, pulses), .. balance.Alarm is { } shortage ? [shortage] : Array.Empty<string>()], context.PromisedMiB())
        {
            Picture = context.Situation.Picture,
            Row = context.Situation.Row,
            Disarmed = context.Situation.Disarmed,
            Drain = drain,
            Links = [.. context.Settings.Networks.SelectMany(n => context.Settings.Hosts.Keys.SelectMany(h => Links(context, n.Name, h)))],
            OwnLinks = context.Conditions.Links,
            Preflights = orders.Preflights,
            Balance = balance.View,
            FenceDevices = [.. context.Devices.Views],
            Guard = context.Guard is { } guard ? Guard(context, guard) : null,
        };
    }

    private static GuardView Guard(AgentContext context, Guarding.GuardReport guard)
    {
        var coming = context.Areas.Values.SelectMany(a => a.Table.Machines.Values.Where(m => m.State == LeaseState.Moving && m.Target?.Slot.Value == context.Settings.Slot)).Select(m => m.Machine.Value).ToHashSet();
        return new(
            [.. guard.Areas.Select(a => new RenewalView(a.Datastore, TimeSpan.FromTicks(context.Now.Ticks - (a.RenewalStarted / 100)), a.Failures))],
            [.. guard.Machines.Where(m => m.State != Guarding.GuardedState.Absent).Select(m => new ProcessView(m.Machine, context.NameOf(m.Machine), m.State == Guarding.GuardedState.Free && !coming.Contains(m.Machine)))]);
    }

    private static IEnumerable<LinkView> Links(AgentContext context, string network, int peer)
    {
        var (incoming, outgoing) = context.Network.Quality(context.Now, network, peer);
        if (incoming is not null)
        {
            yield return new(network, peer, context.Settings.Slot, incoming);
        }

        if (outgoing is not null)
        {
            yield return new(network, context.Settings.Slot, peer, outgoing);
        }
    }

    private static ImmutableArray<PeerView> Hosts(AgentContext context, IReadOnlyDictionary<int, FencingDesk> fencing, LoadDesk loads) =>
        [.. context.Settings.Hosts.Select(h => (h.Key == context.Settings.Slot ? Self(context) : Peer(context, h.Key, h.Value, fencing[h.Key])) with { Load = loads.Of(h.Key) })];

    private static PeerView Self(AgentContext context) => new(
        context.Settings.Host, context.Settings.Slot, "alive",
        context.Settings.Networks.ToImmutableSortedDictionary(n => n.Name, n => context.Network.HeardOn(context.Now, n.Name) != 0 || context.Settings.Hosts.Count == 1 ? "ok" : "lost"),
        context.Areas.Values.ToImmutableSortedDictionary(a => a.Name, a => Word(a.State)),
        context.Areas.Values.Sum(a => a.Table.HeldBy(a.Life).Count()), Math.Max(0, context.FreeMemoryMiB)) { Draining = context.Situation.Draining is not null, Watchdog = Watchdog(context, context.Settings.Slot) };

    private static PeerView Peer(AgentContext context, int slot, string name, FencingDesk desk)
    {
        var networks = context.Settings.Networks.ToImmutableSortedDictionary(n => n.Name, n => context.Network.Link(context.Now, n.Name, slot).ToString().ToLowerInvariant());
        var stores = context.Areas.Values.ToImmutableSortedDictionary(a => a.Name, a => Renews(context, a, slot));
        var machines = context.Areas.Values.Sum(a => a.Table.Machines.Values.Count(m => m.Owner?.Slot.Value == slot));
        var free = context.Areas.Values.Select(a => (long?)a.Block(slot)?.FreeMemoryMiB).FirstOrDefault(f => f is not null) ?? 0;
        return new(name, slot, desk.State, networks, stores, machines, free) { Draining = context.Situation.Picture.Of(slot).Says(HeartbeatFlags.Draining), Watchdog = Watchdog(context, slot) };
    }

    private static WatchdogClass Watchdog(AgentContext context, int slot) => context.Areas.Values
        .Select(a => a.Table.Host(new Slot(slot))?.Watchdog ?? WatchdogClass.None).OrderBy(w => w.ProvesByTime()).FirstOrDefault();

    private static string Renews(AgentContext context, AreaKeeper area, int slot) =>
        PictureMaker.Renews(context, area, slot) switch { null => "unknown", true => "renews", _ => "silent" };

    private static ImmutableArray<DatastoreView> Datastores(AgentContext context, IReadOnlyDictionary<string, DatastoreFailed> failed) =>
        [.. context.Areas.Values.Select(a => new DatastoreView(
            a.Name, a.Path, Word(a.State), a.Reason, a.Identity.Area.Value, a.Life.Incarnation.Value, a.Table.Version, RightFor(context, a), a.Drain.TotalSeconds)),
        .. failed.Values.Select(f => new DatastoreView(f.Name, f.Path, "failed", f.Reason, Guid.Empty, Guid.Empty, 0, 0, 0))];

    private static double RightFor(AgentContext context, AreaKeeper area) =>
        context.Guard?.Areas.FirstOrDefault(g => g.Datastore == area.Name) is { Expired: false } g ? Math.Max(0, (g.Until - (context.Now.Ticks * 100)) / 1e6) : 0;

    private static string Word(AreaState state) => state == AreaState.RolledBack ? "failed" : state.ToString().ToLowerInvariant();

    private static ImmutableArray<MachineView> Machines(AgentContext context, PulseDesk pulses) =>
        [.. context.Areas.Values.SelectMany(a => a.Table.Machines.Values.Select(m => Machine(context, a, m) with { Guest = Guest(pulses.Of(m.Machine.Value)), Use = pulses.UseOf(m.Machine.Value) }))];

    private static GuestView? Guest(GuestWatch? watch) => watch is null ? null : new(
        watch.Agent switch { GuestAgentSign.Answers => "answers", GuestAgentSign.Silent => "silent", GuestAgentSign.Absent => "absent", _ => "unknown" },
        watch.DiskMoves switch { true => "works", false => "still", null => "unknown" },
        watch.Cpu switch { CpuSign.Works => "works", CpuSign.Still => "still", CpuSign.AtFull => "full", _ => "unknown" },
        watch.SilentFor, watch.IsHung);

    private static MachineView Machine(AgentContext context, AreaKeeper area, MachineEntry entry)
    {
        var id = entry.Machine.Value;
        var local = entry.IsHeldBy(area.Life) ? context.Local.GetValueOrDefault(id) : null;
        var (state, reason) = State(context, area, entry, local);
        var s = context.Settings;
        return new(
            id, context.NameOf(id), area.Name, entry.Wanted == WantedState.Run ? "running" : "stopped", state, entry.Owner?.Slot.Value ?? -1, entry.Target?.Slot.Value ?? -1,
            entry.Epoch.Value, reason, local is not null, context.Definitions.GetValueOrDefault(id),
            RestartBound.Of(context.Plan, area.Drain, s.FencesOf(entry.Owner?.Slot.Value ?? s.Slot), s.FastShot,
                ((entry.Owner is { } owner ? area.Table.Host(owner.Slot)?.Watchdog : null) ?? s.Watchdog).ProvesByTime()));
    }

    private static (string State, string Reason) State(AgentContext context, AreaKeeper area, MachineEntry entry, LocalMachine? local)
    {
        if (entry.State == LeaseState.Free)
        {
            return entry.Wanted != WantedState.Run ? ("stopped", "")
                : context.Local.GetValueOrDefault(entry.Machine.Value) is { IsFailing: true } failing ? ("error", failing.Reason)
                : ("pending", "wanted, and waits for a host that claims it");
        }

        if (entry.State == LeaseState.Moving)
        {
            return ("migrating", $"from {context.NameOf(entry.Owner!.Value.Slot)} to {context.NameOf(entry.Target!.Value.Slot)}");
        }

        if (local is null)
        {
            return (entry.Wanted == WantedState.Run ? "running" : "stopped", $"as the lease table says; {context.NameOf(entry.Owner!.Value.Slot)} knows more");
        }

        if (context.Guarded(entry.Machine.Value) is { State: Guarding.GuardedState.Frozen or Guarding.GuardedState.Freezing or Guarding.GuardedState.Stopped } || area.State == AreaState.Expired)
        {
            return ("paused", area.Reason.Length > 0 ? area.Reason : "frozen by the guard");
        }

        return (local.Phase switch
        {
            LocalPhase.Running => "running",
            LocalPhase.Paused => "paused",
            LocalPhase.None when entry.Wanted == WantedState.Stop => "stopped",
            LocalPhase.Ending => "paused",
            LocalPhase.None when local.IsFailing => "error",
            _ => "starting",
        }, local.Reason);
    }

    private static ImmutableArray<string> Alarms(AgentContext context, DrainView? drain, PulseDesk pulses)
    {
        var alarms = ImmutableArray.CreateBuilder<string>();
        alarms.AddRange(context.Areas.Values.Where(a => a.State is AreaState.Expired or AreaState.RolledBack).Select(a => $"datastore {a.Name}: {a.Reason}"));
        if (context.Guard is { Watchdog: "none" })
        {
            alarms.Add($"{context.Settings.Host} has no watchdog: its silence proves nothing, so only a fence device lets others take its machines");
        }

        alarms.AddRange(context.Devices.Views.Where(d => d.State != "proven").Select(d =>
            $"the fence device of {context.Settings.NameOf(d.Slot)} ({d.Name}) is {(d.Failure is { } why ? $"not working: {why}" : "unproven since this agent's start")}"));
        if (context.Situation.Disarmed is { } by)
        {
            alarms.Add($"{context.Settings.Host} is disarmed: {by}");
        }
        else if (context.Situation is { Row: { Number: not 13 } row } && context.Situation.Held >= context.Plan.Hold)
        {
            alarms.Add($"{context.Settings.Host} is in row {row.Number} of the isolation table ({row.When}): it {row.Does}");
        }

        if (drain is not null)
        {
            alarms.Add($"{context.Settings.Host} is being drained ({drain.By}): it takes no machines until 'holdfast host resume {context.Settings.Host}'");
            alarms.AddRange(drain.Machines.Where(m => m.State == "stays").Select(m => $"{m.Name} cannot leave {context.Settings.Host}: {m.Why}"));
        }

        alarms.AddRange(context.LocalInOrder.Where(l => pulses.Of(l.Id) is { IsHung: true }).Select(l =>
            $"the guest of {context.NameOf(l.Id)} on {context.Settings.Host} is hung: {PulseDesk.Signs(pulses.Of(l.Id)!)}; look at it with 'holdfast vm console {context.NameOf(l.Id)}'"));
        if (!context.Conditions.Quorum)
        {
            alarms.Add("etcd has no quorum: changes are refused, machines run on");
        }

        return alarms.ToImmutable();
    }
}
