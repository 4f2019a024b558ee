using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Tests.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

/// <summary>
/// The real agent of the host in slot 1 over the real lease registers of the others. Its hypervisor, guard and peers are the story: they answer
/// at once, unless the story holds an answer back.
/// </summary>
internal sealed class AgentStory
{
    public const int Own = 1;
    public const string Store = "store";
    public static readonly Guid Vm = AreaStory.Machine(1).Value;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly Queue<AgentInput> inbox = new();
    private readonly Queue<AgentInput> heldAnswers = new();
    private readonly Dictionary<int, byte[]> blocks = [];
    private ulong beats;

    private readonly ImmutableArray<FenceLevel> devices;

    /// <param name="devices">How many fence devices each host has.</param>
    /// <param name="drain">Of the store, in seconds.</param>
    public AgentStory(int hosts = 3, int devices = 0, double drain = 1)
    {
        Drain = TimeSpan.FromSeconds(drain);
        this.devices = [.. Enumerable.Range(1, devices).Select(n => new FenceLevel($"device {n}", CutsPath: false))];
        Area = new(hosts);
        Area.Hosts.RemoveAt(Own);
        for (var slot = 0; slot < hosts; slot++)
        {
            Beating.Add(slot);
        }

        Beating.Remove(Own);
        Boot();
    }

    public AreaStory Area { get; }

    public HostAgent Agent { get; private set; } = null!;

    public GuardStandIn Guard { get; set; } = new();

    /// <summary>A guard says nothing by itself while this is false; what it was told it does all the same.</summary>
    public bool GuardReports { get; set; } = true;

    public List<AgentEffect> Did { get; } = [];

    /// <summary>Slots whose heartbeat moves.</summary>
    public HashSet<int> Beating { get; } = [];

    /// <summary>What the slot of a host says of whom it reaches: a bit per slot.</summary>
    public Dictionary<int, ulong> Reaches { get; } = [];

    /// <summary>Gives the end of a hypervisor call, or null to hold it back (see <see cref="End"/>).</summary>
    public Func<HypervisorCall, HypervisorResult?> Hypervisor { get; set; } = call => new(call.Op, call.Machine);

    /// <summary>What this host reads instead of what stands in an area; null: it cannot be read.</summary>
    public Func<int, BallotReading?, BallotReading?>? Reread { get; set; }

    /// <summary>What the fence device of a level answers when it is asked for off or for its state: null for what was asked for, else why not.</summary>
    public Func<int, string?> FenceDevice { get; set; } = _ => null;

    /// <summary>A peer has heard a message; it answers by <see cref="Answer"/>.</summary>
    public Action<PeerMessage>? Heard { get; set; }

    /// <summary>What comes of a measurement of a path; null: nothing does.</summary>
    public Func<MeasurePath, PathMeasured?> PathCarries { get; set; } = e => new(e.Op, 100, null);

    /// <summary>The guard obeys at once, and the answer to such an order is held back until <see cref="GuardAnswers"/>.</summary>
    public Predicate<GuardOrder>? GuardHolds { get; set; }

    /// <summary>What the other hosts say of themselves, in their beats and slots.</summary>
    public HeartbeatFlags Flags { get; set; }

    /// <summary>How late the store may still let a write land that was given up.</summary>
    public TimeSpan Drain { get; set; }

    public List<HypervisorCall> Calls { get; } = [];

    public List<PeerMessage> Told { get; } = [];

    public Moment Now => Area.Now;

    public LeaseTable Table => Area.Chain.Count == 0 ? LeaseTable.Empty : Area.Chain.Values.Last();

    public MachineEntry Entry => Table.Machine(new MachineId(Vm))!;

    public HostLife Life => Table.Host(new Slot(Own))!.Life;

    public StoryHost Other(int slot) => Area.Hosts.Single(h => h.Slot == slot);

    /// <summary>Start the agent (again): a new process that knows nothing. The guard is what the story made of it.</summary>
    public void Boot()
    {
        var names = Enumerable.Range(0, Area.Areas.Length - 1).ToImmutableSortedDictionary(s => s, s => $"{(char)('a' + s)}");
        inbox.Clear();
        Agent = new(new AgentSettings(
            "lab", names[Own], Own, new Guid(9, 9, 9, new byte[8]), 7 + (ulong)Now.Ticks, TimingPlan.Fast, [new("cluster", NetworkRoles.Cluster)], names,
            devices.IsEmpty ? ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>>.Empty : names.ToImmutableSortedDictionary(n => n.Key, _ => devices), false, [new("cluster", "127.0.0.1")], WatchdogClass.Software));
        Tell(new ConditionsMeasured(true, 10_000, 90, true));
        Tell(new GuardSaid(Guard.Report(Now)));
        Tell(new DatastoreOpened(Store, "/store", Drain, AreaStory.Identity, "/store/slot-01", 0));
    }

    /// <summary>Until this host has joined and is ready.</summary>
    public static AgentStory Ready(int hosts = 3, int devices = 0, double drain = 1)
    {
        var story = new AgentStory(hosts, devices, drain);
        story.Pass(TimeSpan.FromSeconds(2 + drain));
        Assert.True(story.Agent.Snapshot().Ready, story.Agent.Snapshot().Reason);
        return story;
    }

    /// <summary>The machine exists, belongs to this host and runs here.</summary>
    public static AgentStory Running(int hosts = 3, double drain = 1)
    {
        var story = Ready(hosts, drain: drain);
        story.Tell(new OrderGiven(1, new AddMachine(Definition, Run: true)));
        story.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("running", story.State);
        story.HasProcess();
        return story;
    }

    public static MachineDefinition Definition => new(Vm, "m1", Store, 256, 1, 1, "52:54:00:00:00:01", []);

    public string State => Agent.Snapshot().Machines.Single(m => m.Id == Vm).State;

    /// <summary>The guard has seen the machine's process.</summary>
    public void HasProcess(GuardedState state = GuardedState.Free) =>
        Guard.Machines[Vm] = new(Vm, Guard.Machines.GetValueOrDefault(Vm)?.Epoch ?? 0, 4711, state);

    /// <summary>The right on the store expires; everything here is in this state.</summary>
    public void Expire(GuardedState state = GuardedState.Frozen)
    {
        Guard.Areas[Store] = Guard.Areas[Store] with { Expired = true };
        foreach (var (id, machine) in Guard.Machines.ToList())
        {
            Guard.Machines[id] = machine with { State = machine.Pid > 0 ? state : machine.State };
        }
    }

    public BatchId Commit(int slot, params TableCommand[] commands)
    {
        var batch = Other(slot).Submit(commands);
        Pass(TimeSpan.FromMilliseconds(100));
        return batch;
    }

    /// <summary>Comes in after the present step.</summary>
    public void Answer(AgentInput input) => inbox.Enqueue(input);

    public void GuardAnswers()
    {
        GuardHolds = null;
        while (heldAnswers.TryDequeue(out var answer))
        {
            Tell(answer);
        }
    }

    public void Happens(MachineEventKind kind) => Tell(new MachineHappened(new(Vm, kind)));

    public void End(HypervisorCall call, string? failure = null, bool unknown = false) => Tell(new HypervisorEnded(new(call.Op, call.Machine, failure, unknown)));

    public T Called<T>()
        where T : HypervisorCall => Calls.OfType<T>().Last();

    public int Times<T>()
        where T : HypervisorCall => Calls.OfType<T>().Count();

    /// <summary>The end of an order: null while it has none, else done or the refusal.</summary>
    public string? EndOf(long order) => Did.OfType<OrderEnded>().SingleOrDefault(e => e.Order == order) is { } end ? end.Refusal ?? "done" : null;

    /// <summary>Host 0 holds the machine.</summary>
    public AgentStory HeldByA()
    {
        Commit(0, new CreateEntry(new MachineId(Vm), WantedState.Run, AreaStory.Life(0)), new Claim(new MachineId(Vm), AreaStory.Life(0)));
        return this;
    }

    public IEnumerable<string> Decisions => Did.OfType<Decided>().Select(d => d.Decision.Kind);

    public void Pass(TimeSpan span)
    {
        for (var until = Now + span; Now < until;)
        {
            Area.Run(Step);
            foreach (var host in Area.Hosts)
            {
                host.Tell(new RegisterInput.Poll());
            }

            if (GuardReports)
            {
                Tell(new GuardSaid(Guard.Report(Now)));
            }

            Tell(new Tick());
        }
    }

    public void Tell(AgentInput input)
    {
        inbox.Enqueue(input);
        while (inbox.TryDequeue(out var next))
        {
            foreach (var effect in Agent.Step(Now, next))
            {
                Did.Add(effect);
                Perform(effect);
            }
        }
    }

    private void Perform(AgentEffect effect)
    {
        switch (effect)
        {
            case OrderGuard e:
                (GuardHolds?.Invoke(e.Order) == true ? heldAnswers : inbox).Enqueue(new OperationEnded(e.Op, Guard.Take(e.Order)));
                break;
            case CallHypervisor e:
                Calls.Add(e.Call);
                if (Hypervisor(e.Call) is { } result)
                {
                    inbox.Enqueue(new HypervisorEnded(result.Found.IsDefault ? result with { Found = [] } : result));
                }

                break;
            case FenceOff e:
                inbox.Enqueue(new OperationEnded(e.Op, FenceDevice(e.Level)));
                break;
            case TestFence e:
                inbox.Enqueue(new OperationEnded(e.Op, FenceDevice(e.Level)));
                break;
            case TellPeer e:
                Told.Add(e.Message);
                Heard?.Invoke(e.Message);
                inbox.Enqueue(new OperationEnded(e.Op, null));
                break;
            case MeasurePath e:
                if (PathCarries(e) is { } measured)
                {
                    inbox.Enqueue(measured);
                }

                break;
            case LoadDefinitions e:
                inbox.Enqueue(new DefinitionsLoaded(e.Op, e.Datastore, [Definition], null));
                break;
            case ReadSlots e:
                inbox.Enqueue(new SlotsRead(e.Op, e.Datastore, [.. e.Slots.Select(s => new SlotReading(s, Now, Now, Block(s)))]));
                break;
            case RegisterIo { Effect: RegisterEffect.ReadAreas read }:
                foreach (var slot in read.Slots)
                {
                    inbox.Enqueue(new RegisterSaid(Store, Read(slot.Value, read.KnownVersion) is { } reading
                        ? new RegisterInput.AreaRead(read.Ticket, slot, reading)
                        : new RegisterInput.AreaUnreadable(read.Ticket, slot, new AreaFault.Damaged($"ballot-{slot}"))));
                }

                break;
            case RegisterIo { Effect: RegisterEffect.WriteOwnArea write }:
                Area.Areas[Own][write.Side] = write.Record;
                inbox.Enqueue(new RegisterSaid(Store, new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Done)));
                break;
        }
    }

    private BallotReading? Read(int slot, ulong known) => Area.Read(slot, known) is var reading && Reread is { } reread ? reread(slot, reading) : reading;

    /// <summary>One heartbeat of another host comes in.</summary>
    /// <param name="heard">Bit per slot: whom it hears.</param>
    /// <param name="anew">It is the first one of another process of the host's agent.</param>
    public void Beats(int slot, ulong heard, bool anew = false)
    {
        var host = Assert.Single(Agent.Tables).Table.Host(new Slot(slot))!;
        var views = ImmutableSortedDictionary<string, ulong>.Empty.Add("cluster", heard);
        Tell(new HeartbeatHeard(new(slot, host.BootId, "cluster", anew ? 1 : ++beats, Now - Moment.Zero, views, Flags, null), Now));
    }

    private byte[] Block(int slot)
    {
        if (!Beating.Contains(slot) && blocks.TryGetValue(slot, out var still))
        {
            return still;
        }

        var block = new byte[HeartbeatBlock.Length];
        var life = Table.Host(new Slot(slot))?.Incarnation ?? Incarnation.None;
        new HeartbeatBlock(new Slot(slot), life, Guid.Empty, ++beats, Flags, Reaches.GetValueOrDefault(slot), 1000, 50).Encode(AreaStory.Identity, block);
        blocks[slot] = block;
        return block;
    }
}
