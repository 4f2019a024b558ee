using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>
/// Two hosts with real agents that move a machine from a to b, and a third, c, that takes over what a dead host held. The lease area is real, its reads and
/// writes take effect at once (their interleavings are explored apart, see Register/). Heartbeats are left out: all that a move takes from them is that its source cancels sooner,
/// and here it may cancel whenever half a minute passes, at any moment before its commit. Mutable: a state is reached by doing its path's moves again.
/// </summary>
internal sealed partial class HandOverWorld
{
    public const string Store = "store";
    public const int Taker = 2;
    private const int MostSteps = 2_000;
    public static readonly Guid Vm = new(7, 0, 0, new byte[8]);
    private static readonly Guid MoveId = new(8, 0, 0, new byte[8]);
    private static readonly AreaIdentity Identity = new(new AreaId(new Guid(1, 0, 0, new byte[8])), new ClusterId(new Guid(2, 0, 0, new byte[8])));
    private static readonly MachineDefinition Definition = new(Vm, "m", Store, 256, 1, 1, "52:54:00:00:00:01", []);
    private static readonly ImmutableSortedDictionary<int, string> Names = new[] { "a", "b", "c" }.Select((n, i) => (n, i)).ToImmutableSortedDictionary(x => x.i, x => x.n);
    private readonly HandOverBounds bounds;
    private readonly BallotRecord?[] sides = new BallotRecord?[6];
    private readonly HandOverHost[] hosts;
    private readonly LeaseRegister taker = new(new RegisterSettings(new Slot(Taker), TimeSpan.Zero, Moment.Zero));
    private readonly List<Letter> letters = [];
    private Copy? takersCopy;
    private Moment takersNow = Moment.At(TimeSpan.FromSeconds(1));
    private ulong beats;
    private int faults;
    private int takes;

    /// <summary>Something has happened to the machine itself, or to the host that ran it.</summary>
    private bool touched;

    public HandOverWorld(HandOverBounds bounds)
    {
        this.bounds = bounds;
        var table = LeaseTable.First([.. Names.Values]);
        foreach (var host in table.Hosts.Values)
        {
            table = table with { Hosts = table.Hosts.SetItem(host.Slot, host with { Incarnation = Life(host.Slot.Value).Incarnation, Watchdog = WatchdogClass.Software }) };
        }

        table = table with { Machines = table.Machines.Add(new MachineId(Vm), new(new MachineId(Vm), WantedState.Run, LeaseState.Held, new Epoch(1), Life(0))) };
        for (var slot = 0; slot < 3; slot++)
        {
            sides[2 * slot] = BallotRecord.First(table);
        }

        hosts = [.. Enumerable.Range(0, 2).Select(slot => new HandOverHost(slot, new GuardModel(Life(slot).Incarnation.Value)))];
        hosts[0].Guard.Granted = 1;
        hosts[0].Copy = new(CopyState.Running, fresh: true);
        TellTaker(new RegisterInput.Start());
        foreach (var host in hosts)
        {
            Boot(host);
        }

        for (var i = 0; i < 3; i++)
        {
            Array.ForEach(hosts, h => Pass(h, TimeSpan.FromMilliseconds(200)));
        }

        Tell(hosts[0], new OrderGiven(1, new MoveMachine(Vm, 1, MoveId)));
        Check();
    }

    /// <summary>Null, or what must never be and is.</summary>
    public string? Violation { get; private set; }

    private MachineEntry Entry => Newest().Machine(new MachineId(Vm))!;

    private static HostLife Life(int slot) => new(new Slot(slot), new Incarnation(new Guid(slot + 1, 1, 0, new byte[8])));

    public void Write(StateBytes to)
    {
        to.Add(faults);
        to.Add(takes);
        to.Add(touched);
        var newest = Newest();
        to.Add(newest.Version);
        to.Add(Entry.ToString());
        to.Add(takersCopy?.ToString() ?? "");
        foreach (var side in sides)
        {
            to.Add(side?.Chosen.Version ?? 0);
            to.Add(side?.AcceptedTable?.Version ?? 0);
        }

        foreach (var host in hosts)
        {
            to.Add(host.Agent?.Form ?? "down");
            to.Add($"{host.Off} {host.Cut} {host.Copy} {host.Guard.Expired} {host.Guard.Granted} {newest.IsCurrent(new HostLife(new Slot(host.Slot), new Incarnation(host.Guard.Incarnation)))}");
            to.Add(host.Waiting.Count);
            foreach (var call in host.Calls)
            {
                to.Add(call is FreezeSeen seen ? $"{Word(call)} {seen.Still}" : Word(call));
            }
        }

        foreach (var letter in letters)
        {
            to.Add($"{letter.To} {letter.Message.GetType().Name} {letter.Boot == hosts[letter.From].Boots}");
        }
    }

    private LeaseTable Newest() => sides.OfType<BallotRecord>().Select(r => r.Chosen).Append(taker.Chosen).MaxBy(t => t.Version)!;

    private bool Executes(int slot) => slot == Taker
        ? takersCopy is { State: CopyState.Running }
        : hosts[slot] is { Off: false, Copy: { State: CopyState.Running, Frozen: false }, Guard.Allows: true };

    private Copy? CopyOf(int slot) => slot == Taker ? takersCopy : hosts[slot].Copy;

    /// <summary>After each thing that happened: who executes, and on which memory.</summary>
    private void Check()
    {
        var running = Enumerable.Range(0, 3).Where(Executes).ToList();
        if (running.Count > 1)
        {
            Violation ??= $"two copies execute, on {string.Join(" and ", running.Select(r => Names[r]))}";
        }

        foreach (var slot in running)
        {
            if (!CopyOf(slot)!.Fresh)
            {
                Violation ??= $"the copy on {Names[slot]} executes with memory that is older than the disk";
            }

            foreach (var other in Enumerable.Range(0, 3).Where(o => o != slot && CopyOf(o) is not null))
            {
                CopyOf(other)!.Fresh = false;
            }
        }
    }

    private void Boot(HandOverHost host)
    {
        host.Boots++;
        host.Agent = new(new AgentSettings(
            "search", Names[host.Slot], host.Slot, new Guid(host.Slot, 5, 5, new byte[8]), (ulong)((host.Slot * 100) + host.Boots), TimingPlan.Fast, [new("cluster", NetworkRoles.Cluster)], Names,
            ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>>.Empty, false, [new("cluster", "127.0.0.1")], WatchdogClass.Software)
        {
            MoveFlaws = bounds.Flaws,

            // One move is searched; the next one would only be the same again.
            MoveTries = 1,
        });
        host.Inbox.Clear();
        Tell(host, new ConditionsMeasured(true, 10_000, 90, true));
        Tell(host, new GuardSaid(host.Guard.Report(host.Now, Store, Vm, host.Copy)));
        Tell(host, new DatastoreOpened(Store, "/store", TimeSpan.Zero, Identity, "/store/slot", 0));
    }

    private void Pass(HandOverHost host, TimeSpan span)
    {
        host.Now += span;
        Tell(host, new GuardSaid(host.Guard.Report(host.Now, Store, Vm, host.Copy)));
        Tell(host, new Tick());
    }

    private void Tell(HandOverHost host, AgentInput input)
    {
        host.Inbox.Enqueue(input);
        for (var steps = 0; host.Agent is { } agent && host.Inbox.TryDequeue(out var next); steps++)
        {
            if (steps > MostSteps)
            {
                Violation ??= $"the agent of {Names[host.Slot]} never comes to rest, though no time passes; at last it took {next}";
                host.Inbox.Clear();
                return;
            }

            foreach (var effect in agent.Step(host.Now, next))
            {
                Perform(host, effect);
            }
        }
    }

    private void Perform(HandOverHost host, AgentEffect effect)
    {
        switch (effect)
        {
            case OrderGuard e:
                var refusal = host.Guard.Obey(e.Order, out var killed);
                host.Inbox.Enqueue(new OperationEnded(e.Op, refusal));
                if (killed && host.Copy is not null)
                {
                    host.Copy = null;
                    Happens(host, MachineEventKind.Gone);
                }

                break;
            case CallHypervisor { Call: FindAll find }:
                var found = host.Copy is { } copy ? ImmutableArray.Create(new FoundMachine(Vm, "m", host.Guard.Granted, 1, copy.State == CopyState.Running)) : [];
                host.Inbox.Enqueue(new HypervisorEnded(new(find.Op, Guid.Empty, Found: found)));
                break;
            case CallHypervisor e:
                host.Calls.Add(e.Call);
                break;
            case TellPeer { Slot: Taker } e:
                // No agent runs there.
                host.Inbox.Enqueue(new OperationEnded(e.Op, "c does not answer"));
                break;
            case TellPeer e:
                letters.Add(new(host.Slot, e.Slot, e.Op, host.Boots, e.Message));
                break;
            case LoadDefinitions e:
                host.Inbox.Enqueue(new DefinitionsLoaded(e.Op, e.Datastore, [Definition], null));
                break;
            case ReadSlots e:
                host.Inbox.Enqueue(new SlotsRead(e.Op, e.Datastore, [.. e.Slots.Select(s => new SlotReading(s, host.Now, host.Now, host.Cut ? null : Block(s)))]));
                break;
            case RegisterIo when host.Cut:
                host.Waiting.Add(effect);
                break;
            case RegisterIo e:
                foreach (var answer in Do(host.Slot, e.Effect))
                {
                    host.Inbox.Enqueue(new RegisterSaid(Store, answer));
                }

                break;
        }
    }

    private IEnumerable<RegisterInput> Do(int slot, RegisterEffect io)
    {
        if (io is RegisterEffect.WriteOwnArea write)
        {
            sides[(2 * slot) + write.Side] = write.Record;
            return [new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Done)];
        }

        return io is RegisterEffect.ReadAreas read ? read.Slots.Select(s => (RegisterInput)new RegisterInput.AreaRead(read.Ticket, s, Read(s.Value))).ToArray() : [];
    }

    private BallotReading Read(int slot)
    {
        var (zero, one) = (sides[2 * slot]!, sides[(2 * slot) + 1]);
        return one is null || zero.Sequence >= one.Sequence ? BallotReading.Of(0, zero) : BallotReading.Of(1, one);
    }

    private void TellTaker(RegisterInput input)
    {
        var inbox = new Queue<RegisterInput>([input]);
        while (inbox.TryDequeue(out var next))
        {
            foreach (var answer in taker.Step(takersNow, next).SelectMany(e => Do(Taker, e)))
            {
                inbox.Enqueue(answer);
            }

            if (inbox.Count == 0 && taker.WakeAt != Moment.Never)
            {
                takersNow = Moment.Later(takersNow, taker.WakeAt);
                inbox.Enqueue(new RegisterInput.Tick());
            }
        }
    }

    private byte[] Block(int slot)
    {
        var block = new byte[HeartbeatBlock.Length];
        new HeartbeatBlock(new Slot(slot), Newest().Host(new Slot(slot))!.Incarnation, Guid.Empty, ++beats, HeartbeatFlags.None, 0, 10_000, 90).Encode(Identity, block);
        return block;
    }

    private static void Happens(HandOverHost host, MachineEventKind kind) => host.Inbox.Enqueue(new MachineHappened(new(Vm, kind)));

    private static string Word(object thing) => thing is FinishMove { Cancelled: true } ? "FinishMove(cancelled)" : thing is ConfirmMove { Cancelled: true } ? "ConfirmMove(cancelled)" : thing.GetType().Name;
}
