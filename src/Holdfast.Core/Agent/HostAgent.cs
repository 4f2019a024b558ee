using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Recovery;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// One host's whole decision: a deterministic, synchronous machine. It reads no clock and knows no task, file or socket; the same inputs at the
/// same moments give the same effects, in the daemon, in the simulator and in <c>whatif</c>.
/// </summary>
public sealed class HostAgent
{
    private readonly AgentContext context;
    private readonly SortedDictionary<int, FencingDesk> fencing = [];
    private readonly ImmutableArray<FencingDesk> desks;
    private readonly RecoveryDesk recovery;
    private readonly MoveTargets targets;
    private readonly MoveDesk moves;
    private readonly OrderDesk orders;
    private readonly HostOrders hostOrders;
    private readonly EvacuationDesk evacuation;
    private readonly GiveOverDesk giving;
    private readonly ReleaseDesk releasing;
    private readonly ProbeDesk probes;
    private readonly OrphanDesk orphans;
    private readonly PulseDesk pulses;
    private readonly LoadDesk loads;
    private readonly BalanceDesk balance;
    private readonly SortedDictionary<string, DatastoreFailed> failed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Guid, MachineEventKind> early = [];
    private ulong beats;
    private Moment nextBeat;
    private Moment nextNote;
    private bool adopting;

    public HostAgent(AgentSettings settings)
    {
        context = new(settings);
        foreach (var slot in settings.Hosts.Keys.Where(s => s != settings.Slot))
        {
            fencing[slot] = new(context, slot);
        }

        desks = [.. fencing.Values];
        context.Devices = new(context);
        context.Situation = new(context, fencing);
        recovery = new(context, fencing);
        targets = new(context, recovery);
        moves = new(context, targets);
        orders = new(context, targets, moves);
        hostOrders = new(context, fencing);
        evacuation = new(context, moves, targets);
        giving = new(context);
        releasing = new(context);
        probes = new(context);
        orphans = new(context);
        pulses = new(context);
        loads = new(context, pulses);
        balance = new(context, moves, targets, new(context, targets, loads));
    }

    /// <summary>Take one input in at <paramref name="now"/>, which never goes back, and say what is to be done.</summary>
    public ImmutableArray<AgentEffect> Step(Moment now, AgentInput input)
    {
        Invariant.That(now >= context.Now, "This host's monotonic clock went back.");
        context.Now = now;
        var before = TableVersions;
        Take(input);
        if (!IsEvidence(input) || !context.Out.IsEmpty || TableVersions != before)
        {
            Look();
        }

        return context.Out.Drain();
    }

    /// <summary>
    /// What only adds to what was seen, and comes many times a second, is looked at with the next tick, unless it has set something going.
    /// </summary>
    private static bool IsEvidence(AgentInput input) => input is HeartbeatHeard or ProbeHeard or SlotsRead or RegisterSaid { Input: Leases.RegisterInput.AreaRead };

    /// <summary>The sum over all lease tables; no table goes back, so it tells whether any is new.</summary>
    internal ulong TableVersions
    {
        get
        {
            var sum = 0UL;
            foreach (var area in context.AreasInOrder)
            {
                sum += area.Table.Version;
            }

            return sum;
        }
    }

    /// <summary>Memory that this host's machines have been promised, in MiB; the same as in <see cref="Snapshot"/>.</summary>
    internal long PromisedMiB => context.PromisedMiB();

    /// <summary>The lease tables that this agent acts on, for who checks it.</summary>
    internal IEnumerable<(string Datastore, Leases.LeaseTable Table)> Tables => context.Areas.Values.Select(a => (a.Name, a.Table));

    public HostSnapshot Snapshot() => SnapshotMaker.Of(context, fencing, failed, moves, orders, evacuation, pulses, loads, balance);

    /// <summary>Everything that its future depends on, moments apart: for the state search.</summary>
    internal string Form => string.Join('|', context.Areas.Values.Select(a => a.Form).Concat(context.Local.Values.Select(l => l.Form)).Append($"{context.Looking} {adopting} {context.Found.Count}"));

    private void Take(AgentInput input)
    {
        switch (input)
        {
            case OperationEnded i:
                context.Out.Ended(i.Op, i.Failure);
                break;
            case HypervisorEnded i:
                context.Out.Ended(i.Result.Op, i.Result);
                break;
            case MachineHappened i:
                if (context.Local.TryGetValue(i.Event.Machine, out var happenedTo))
                {
                    happenedTo.Happened(i.Event);
                }
                else if (context.Looking || context.Found.ContainsKey(i.Event.Machine))
                {
                    early[i.Event.Machine] = i.Event.Kind switch
                    {
                        MachineEventKind.Stopped or MachineEventKind.IoError or MachineEventKind.Resumed or MachineEventKind.Gone => i.Event.Kind,
                        _ => early.GetValueOrDefault(i.Event.Machine, MachineEventKind.MigrationProgress),
                    };
                    CorrectFound();
                }

                break;
            case GuardSaid i:
                context.Guard = i.Report;
                break;
            case DatastoreOpened i when !context.Areas.ContainsKey(i.Name):
                failed.Remove(i.Name);
                context.Add(new AreaKeeper(context, i));
                break;
            case DatastoreFailed i when !context.Areas.ContainsKey(i.Name):
                failed[i.Name] = i;
                break;
            case RegisterSaid i:
                context.Areas.GetValueOrDefault(i.Datastore)?.Tell(i.Input);
                break;
            case SlotsRead i:
                context.Out.Ended(i.Op, i);
                break;
            case DefinitionsLoaded i:
                context.Out.Ended(i.Op, i);
                break;
            case PathMeasured i:
                context.Out.Ended(i.Op, i);
                break;
            case HeartbeatHeard i:
                context.Network.Heard(i.At, i.Heartbeat);
                break;
            case ProbeHeard i:
                context.Network.Probed(i.Probe);
                break;
            case PeerSaid i:
                Said(i.Message);
                break;
            case OrderGiven { What: MachineOrder what } i:
                orders.Given(i.Order, what);
                break;
            case OrderGiven { What: HostOrder what } i:
                hostOrders.Given(i.Order, what);
                break;
            case ConditionsMeasured i:
                (context.Conditions, context.Measured) = (i with { Load = null }, i.Load);
                break;
            case HighAvailabilitySet i:
                context.Situation.Disarm(i.For, i.By);
                context.Situation.Look();
                break;
            case DefinitionChanged i when context.Definitions.ContainsKey(i.Definition.Id):
                context.Define(i.Definition);
                break;
            case DrainSet i:
                context.Situation.Drain(i.On, i.By);
                context.Situation.Look();
                break;
            case ClocksDisagree:
                VoidAll();
                context.Say("alarm", $"the two monotonic clocks of {context.Settings.Host} have gone apart; what it had observed of its peers' silence counts no more", host: context.Settings.Host);
                break;
        }
    }

    /// <summary>Level-triggered: whatever came in, everything is looked at again from the whole present state.</summary>
    private void Look()
    {
        Adopt();
        foreach (var area in context.AreasInOrder)
        {
            area.Look();
        }

        LookAtPeers();
        context.Devices.Look();
        recovery.Look();
        LookAtMachines();
        moves.Look();
        orders.Look();
        evacuation.Look();
        Speak();
        foreach (var area in context.AreasInOrder)
        {
            area.Flush();
        }
    }

    private void LookAtPeers()
    {
        var silent = 0;
        foreach (var desk in desks)
        {
            desk.FollowAnnouncement();
            silent += desk.Silent(context.Plan.Suspect) ? 1 : 0;
        }

        context.WatchesClosely = AnyWantsCloseWatch();

        // Nobody is silent and nothing is under way: the usual case, many times a second.
        if (silent == 0 && desks.All(d => d.IsWatching && !d.IsAnnounced))
        {
            return;
        }

        var rank = desks.Count(d => d.Slot < context.Settings.Slot && d.IsAlive);

        // Safety: a host that cannot be watched just now counts as vanished, too; unknown is not alive.
        var vanished = desks.Count(d => !d.ShowsItself(context.Plan.Suspect));
        var underWay = desks.Count(d => d.IsUnderWay);
        foreach (var desk in desks)
        {
            // Each look changes its own desk only.
            underWay -= desk.IsUnderWay ? 1 : 0;
            desk.Look(cliff: vanished * 2 > context.Settings.Hosts.Count, rank, underWay);
            underWay += desk.IsUnderWay ? 1 : 0;
        }
    }

    private bool AnyWantsCloseWatch()
    {
        foreach (var desk in desks)
        {
            if (desk.WantsCloseWatch)
            {
                return true;
            }
        }

        return false;
    }

    private void LookAtMachines()
    {
        foreach (var area in context.AreasInOrder)
        {
            if (area.State == AreaState.Ready && (area.HasNewHoldings() || context.Found.Count > 0))
            {
                TakeIn(area);
            }
        }

        foreach (var local in context.LocalInOrder)
        {
            var entry = local.Entry;
            local.Coming?.Look();
            local.Look(entry);
            if (entry is null && !local.HasProcess && local.Coming is null)
            {
                context.Forget(local);
            }
        }
    }

    private void TakeIn(AreaKeeper area)
    {
        foreach (var entry in area.Table.Machines.Values.Where(m => m.IsHeldBy(area.Life) || context.Found.ContainsKey(m.Machine.Value)))
        {
            context.LocalOf(area, entry.Machine.Value);
        }
    }

    /// <summary>After a start of the agent: what does an earlier agent's life here still run? Nothing is joined or started before that is known.</summary>
    private void Adopt()
    {
        if (!context.Looking || adopting || context.Guard is null)
        {
            return;
        }

        adopting = true;
        context.Out.Call(op => new FindAll(op), result =>
        {
            adopting = false;
            if (result.Failure is not null)
            {
                return;
            }

            context.Looking = false;
            foreach (var found in result.Found)
            {
                context.Found[found.Machine] = found;
            }

            CorrectFound();

            // No move is older than this agent; the guard must not wait for the end of one that the agent before it had begun.
            context.Out.Guard(new Guarding.HandOverOpen(false), _ => { });
        });
    }

    /// <summary>What was said of a process after it was looked at and before its machine is known here.</summary>
    private void CorrectFound()
    {
        foreach (var found in context.Found.Values.ToArray())
        {
            switch (early.GetValueOrDefault(found.Machine, MachineEventKind.MigrationProgress))
            {
                case MachineEventKind.Gone:
                    context.Found.Remove(found.Machine);
                    break;
                case MachineEventKind.Stopped or MachineEventKind.IoError:
                    context.Found[found.Machine] = found with { Running = false };
                    break;
                case MachineEventKind.Resumed:
                    context.Found[found.Machine] = found with { Running = true };
                    break;
            }
        }
    }

    private void Said(PeerMessage message)
    {
        switch (message)
        {
            case MoveAsk ask:
                Asked(ask);
                break;
            case MoveMessage move when !moves.Said(move) && context.Local.TryGetValue(message.Machine, out var machine) && machine.Coming?.Id == move.Move:
                machine.Coming.Said(move);
                break;
            case AskCpu ask:
                AnswerCpu(ask);
                break;
            case CpuAnswer answer:
                orders.Said(answer);
                break;
            case WouldTake taker:
                giving.Said(taker);
                break;
            case RightMessage right:
                recovery.Said(right);
                break;
        }
    }

    private void AnswerCpu(AskCpu ask) => context.Out.Call(op => new CompareCpu(op, ask.Machine, ask.Xml), result =>
    {
        bool? fits = result.Failure is null ? true : result.Unknown ? null : false;
        context.Out.Peer(ask.From, new CpuAnswer(ask.Check, fits, result.Failure ?? "") { Machine = ask.Machine, From = context.Settings.Slot }, _ => { });
    });

    private void Asked(MoveAsk ask)
    {
        if (!context.Areas.TryGetValue(ask.Datastore, out var area) || area.State != AreaState.Ready)
        {
            Refuse(ask, $"datastore {ask.Datastore} is not ready on {context.Settings.Host}");
            return;
        }

        var local = context.LocalOf(area, ask.Machine);
        if (local.Coming is { } coming && coming.Id != ask.Move || local.Coming is null && local.HasProcess)
        {
            Refuse(ask, $"{context.Settings.Host} still has a process of an earlier copy");
        }
        else if (local.Coming is null)
        {
            local.Incoming(new MoveIn(context, local, ask));
        }
    }

    private void Refuse(MoveAsk ask, string why) =>
        context.Out.Peer(ask.From, new MoveRefused(why) { Move = ask.Move, Machine = ask.Machine, From = context.Settings.Slot }, _ => { });

    private void Speak()
    {
        if (context.Now >= nextBeat)
        {
            nextBeat = context.Now + context.Plan.Beat;
            context.Situation.Look();
            loads.Look();
            Beat();
            giving.Look();
            releasing.Look();
            probes.Look();
            orphans.Look();
            pulses.Look();
            balance.Look();
        }

        if (context.Now >= nextNote)
        {
            nextNote = context.Now + TimeSpan.FromMilliseconds(500);
            TellGuard();
        }
    }

    private void Beat()
    {
        beats++;
        context.Network.Sent(context.Now, beats);
        var (now, heard, flags) = (context.Now, context.Network.Views(context.Now), context.Situation.Flags);
        var unplugged = context.Unplugged;
        foreach (var network in context.Settings.Networks)
        {
            var probe = ProbeDesk.Bytes(context, network.Name);
            foreach (var desk in desks)
            {
                var echo = context.Network.Echo(now, network.Name, desk.Slot);
                context.Out.Emit(new SendHeartbeat(
                    desk.Slot, new(context.Settings.Slot, context.Settings.BootId, network.Name, beats, now - Moment.Zero, heard, flags, echo) { ProbeBytes = probe, Unplugged = unplugged, Load = loads.Own }));
            }
        }
    }

    /// <summary>The agent's sign of life to its guard.</summary>
    private void TellGuard()
    {
        if (context.Guard is null)
        {
            // A guard that has nothing to renew says nothing by itself, and a report may have been lost with an earlier line: ask until it comes.
            context.Out.Guard(new Guarding.Report(), _ => { });
            return;
        }

        var note = new Guarding.SlotNote((uint)context.Situation.Flags, context.Network.Reach(context.Now), (uint)Math.Max(0, context.FreeMemoryMiB), (uint)context.Conditions.FreeCpuPercent);
        context.Out.Guard(note, _ => { });
    }

    private void VoidAll()
    {
        foreach (var area in context.Areas.Values)
        {
            area.VoidObservations();
        }
    }
}
