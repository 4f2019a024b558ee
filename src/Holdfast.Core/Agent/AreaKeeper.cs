using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// One datastore on one host: its lease register, this host's life in it (join, expiry, rejoin), and this host's observation of the other slots.
/// </summary>
internal sealed class AreaKeeper
{
    /// <summary>Every join is a commit and a new life of this host, so one that the guard refused is not tried again at once.</summary>
    private static readonly TimeSpan JoinPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(10);
    private readonly AgentContext context;
    private readonly DatastoreOpened opened;
    private readonly LeaseRegister register;
    private readonly TableQueue queue;
    private readonly SlotWatch?[] watches = new SlotWatch?[Slot.Count];
    private (ulong Version, HostLife Life) holdings;
    private ImmutableArray<MachineEntry> free = [];
    private ImmutableArray<MachineEntry> here = [];
    private ImmutableArray<MachineEntry> moving = [];
    private ImmutableArray<HostRecord> peers = [];
    private ImmutableArray<int> peerSlots = [];
    private readonly HostRecord?[] records = new HostRecord?[Slot.Count];
    private ulong joined;
    private ulong holding;
    private ulong sortedOf;
    private (ulong Version, int Known) loaded;
    private bool reading;
    private Moment nextRead;
    private Moment nextPoll;
    private Moment polled;
    private Moment nextJoin;
    private Moment? loadAt;
    private bool busy;

    /// <summary>
    /// Safety: this agent goes on with the life of one before it and has committed nothing yet. The table here may be older than what that one acted on, so
    /// that any epoch may have been started; what comes after the first commit of this agent's own was not.
    /// </summary>
    private bool continued;
    private ulong startedUpTo;
    private string trouble = "";
    private string saidTrouble = "";
    private Moment lastRead;
    private Moment expiredAt;
    private readonly Moment driesAt;

    /// <summary>The answer to the last order that opened or rejoined this area came then.</summary>
    private Moment answered = Moment.Zero;

    public AreaKeeper(AgentContext context, DatastoreOpened opened)
    {
        this.context = context;
        this.opened = opened;
        lastRead = context.Now;

        // Safety: an earlier process of this host may have left a write in flight; the register does not write before drain has passed.
        driesAt = context.Now + opened.Drain;
        register = new(new RegisterSettings(new Slot(context.Settings.Slot), opened.Drain, context.Settings.Lacks(AgentFlaws.WritesBeforeDrain) ? context.Now : driesAt) { Flaws = context.Settings.RegisterFlaws });
        queue = new(context, new Slot(context.Settings.Slot), Tell);
        Tell(new RegisterInput.Start());
    }

    public string Name => opened.Name;

    public string Path => opened.Path;

    public TimeSpan Drain => opened.Drain;

    public AreaIdentity Identity => opened.Identity;

    public AreaState State { get; private set; } = AreaState.Opening;

    public string Reason => trouble.Length > 0 ? trouble : State switch
    {
        AreaState.Opening => "reading the lease area",
        AreaState.Joining => "waiting until this host's new life is committed",
        AreaState.Ready => "",
        AreaState.Expired => "the right has expired: the machines here are frozen until a commit gives them back",
        _ => "",
    };

    /// <summary>Everything that its future depends on, moments apart: for the state search.</summary>
    internal string Form => $"{State} {Table.Version} {busy} {StartedUpTo} {Table.IsCurrent(Life)} {register.State.Phase}";

    /// <summary>This host's present life here; its incarnation is None before the first join.</summary>
    public HostLife Life { get; private set; }

    public LeaseTable Table { get; private set; } = LeaseTable.Empty;

    /// <summary>Entries of epochs up to this may have been started by an earlier agent of this life: starting one again takes a new epoch.</summary>
    public ulong StartedUpTo => continued ? ulong.MaxValue : startedUpTo;

    public IEnumerable<SlotWatch> Watches => watches.OfType<SlotWatch>();

    /// <summary>A host may be able to write, and so renew, and yet not read: it could then not see what the table gives it.</summary>
    public bool IsReadable => State != AreaState.RolledBack && context.Now - lastRead < context.Plan.Suspect;

    /// <summary>
    /// The right that <see cref="Life"/> had has expired, by the guard's own word. Safety: that is final; whatever this host may run here again it will have by a commit of a new
    /// incarnation.
    /// </summary>
    public bool IsLost => State == AreaState.Expired && Life.Incarnation != Incarnation.None && Guarded() is { Expired: true } guarded && guarded.Incarnation == Life.Incarnation.Value;

    public TimeSpan LostFor => IsLost ? context.Now - expiredAt : TimeSpan.Zero;

    /// <summary>What a process that an earlier agent has ended here had in flight cannot land any more.</summary>
    public bool IsDry => context.Now >= driesAt;

    public bool RenewsWell => Guarded() is { Expired: false, Failures: 0 };

    /// <summary>Its storage is slow, read-only or full here: no loss until the right expires, and no place for another machine.</summary>
    public bool IsSlow => (context.Guard is not null && !RenewsWell) || !IsReadable;

    /// <summary>True once for each version of the table and each life: this host may hold something that it did not hold before.</summary>
    public bool HasNewHoldings()
    {
        var now = (Table.Version, Life);
        var changed = now != holdings;
        holdings = now;
        return changed;
    }

    /// <summary>Free machines that are wanted, by the table's order.</summary>
    public ImmutableArray<MachineEntry> FreeAndWanted
    {
        get
        {
            Sort();
            return free;
        }
    }

    /// <summary>Machines whose owner or target this host's slot is, in whichever life.</summary>
    public ImmutableArray<MachineEntry> Here
    {
        get
        {
            Sort();
            return here;
        }
    }

    /// <summary>Machines that are on their way from one host to another, by the table's order.</summary>
    public ImmutableArray<MachineEntry> Moving
    {
        get
        {
            Sort();
            return moving;
        }
    }

    /// <summary>The other hosts that have joined, by slot.</summary>
    public ImmutableArray<HostRecord> Peers
    {
        get
        {
            Sort();
            return peers;
        }
    }

    /// <summary>The host of this slot has joined.</summary>
    public bool HasJoined(int slot)
    {
        Sort();
        return (joined & (1UL << slot)) != 0;
    }

    /// <summary>The table's record of this slot, or null.</summary>
    public HostRecord? Record(int slot)
    {
        Sort();
        return records[slot];
    }

    /// <summary>The present life of this slot's host owns machines, or has a fencing open.</summary>
    public bool IsInTheWay(int slot)
    {
        Sort();
        return (holding & (1UL << slot)) != 0;
    }

    public void Submit(TableCommand command, Action<CommandOutcome> then) => queue.Add(command, outcome =>
    {
        if (continued && outcome is CommandOutcome.Done done)
        {
            (continued, startedUpTo) = (false, done.Epoch.Value - 1);
        }

        then(outcome);
    });

    /// <summary>Hold the promise for the next version, so that the next commit is short.</summary>
    public void Prepare() => Tell(new RegisterInput.Prepare());

    /// <summary>Look into the table at once, but not again and again while the answers of the last look are still on their way.</summary>
    public void PollSoon() => nextPoll = Moment.Earlier(nextPoll, polled + PollPause);

    public SlotWatch Watch(int slot) => watches[slot] ??= new(slot);

    /// <summary>The peer's newest valid block, or null.</summary>
    public HeartbeatBlock? Block(int slot) => watches[slot]?.Says(Identity);

    public void VoidObservations()
    {
        foreach (var watch in watches)
        {
            watch?.Void(context.Now);
        }
    }

    public void Tell(RegisterInput input)
    {
        lastRead = input is RegisterInput.AreaRead ? context.Now : lastRead;
        foreach (var effect in register.Step(context.Now, input))
        {
            switch (effect)
            {
                case RegisterEffect.Learned e:
                    Learn(e.Table);
                    break;
                case RegisterEffect.Confirmed e:
                    saidTrouble = "";
                    Learn(e.Table);
                    break;
                case RegisterEffect.Committed e:
                    saidTrouble = "";
                    Learn(e.Table);
                    queue.Ended(e.Batch, e.Outcomes, null);
                    break;
                case RegisterEffect.Refused e:
                    queue.Ended(e.Batch, [], e.Sentence);
                    break;
                case RegisterEffect.Blocked e:
                    trouble = e.Sentence;
                    SayTrouble();
                    break;
                case RegisterEffect.Unblocked:
                    trouble = "";
                    break;
                case RegisterEffect.RolledBack e:
                    trouble = e.Sentence;
                    State = AreaState.RolledBack;
                    context.Say("alarm", $"datastore {Name}: {e.Sentence}", datastore: Name);
                    break;
                default:
                    context.Out.Emit(new RegisterIo(Name, effect));
                    break;
            }
        }
    }

    /// <summary>Everything that is due: register wake-ups, polls, reads of the slots, the next step of this host's own life here.</summary>
    public void Look()
    {
        if (context.Now >= register.WakeAt)
        {
            Tell(new RegisterInput.Tick());
        }

        if (context.Now >= nextPoll)
        {
            (polled, nextPoll) = (context.Now, context.Now + context.Plan.Renew);
            Tell(new RegisterInput.Poll());
        }

        FollowGuard();
        ReadSlots();
        LoadUnknown();
    }

    /// <summary>Each try that fails blocks anew; it is told once until something could be committed again.</summary>
    private void SayTrouble()
    {
        if (saidTrouble != trouble)
        {
            saidTrouble = trouble;
            context.Say("storage", $"datastore {Name}: {trouble}", datastore: Name);
        }
    }

    /// <summary>Send what this step has asked of the table as one batch.</summary>
    public void Flush() => queue.Flush();

    private void Learn(LeaseTable table)
    {
        if (table.Version <= Table.Version)
        {
            return;
        }

        // Safety: the commit of a new life counts as its first renewal, and it may have begun only just now. Silence from before it proves the
        // death of the older life at most, so the observation begins anew.
        foreach (var host in table.Hosts.Values.Where(h => Table.Host(h.Slot)?.Incarnation != h.Incarnation))
        {
            watches[host.Slot.Value]?.Void(context.Now);
        }

        Table = table;
    }

    /// <summary>What is asked of the table in every step is looked up once for each version of it.</summary>
    private void Sort()
    {
        if (sortedOf == Table.Version)
        {
            return;
        }

        sortedOf = Table.Version;
        var own = context.Settings.Slot;
        free = [.. Table.Machines.Values.Where(m => m is { State: LeaseState.Free, Wanted: WantedState.Run })];
        here = [.. Table.Machines.Values.Where(m => m.Owner?.Slot.Value == own || m.Target?.Slot.Value == own)];
        moving = [.. Table.Machines.Values.Where(m => m.State == LeaseState.Moving)];
        peers = [.. Table.Hosts.Values.Where(h => h.Slot.Value != own && h.Incarnation != Incarnation.None)];
        peerSlots = [.. peers.Select(p => p.Slot.Value)];
        joined = Table.Hosts.Values.Where(h => h.Incarnation != Incarnation.None).Aggregate(0UL, (bits, host) => bits | host.Slot.Bit);
        Array.Clear(records);
        foreach (var host in Table.Hosts.Values)
        {
            records[host.Slot.Value] = host;
        }

        holding = Table.Machines.Values.Where(m => m.State != LeaseState.Free).Select(m => m.Owner)
            .Concat(Table.Hosts.Values.Select(h => h.Fencing?.By))
            .Aggregate(0UL, (bits, life) => life is { } l && records[l.Slot.Value]?.Life == l ? bits | l.Slot.Bit : bits);
    }

    private void FollowGuard()
    {
        if (context.Guard is not { } guard || context.Looking || Table.Version == 0 || busy || State == AreaState.RolledBack)
        {
            return;
        }

        // Safety: a report from before the guard obeyed shows an area that is not open, or still expired. Taken for new, it began another join.
        if (guard.At <= Nanoseconds(answered))
        {
            return;
        }

        var area = Guarded();
        var self = Table.Host(new Slot(context.Settings.Slot));
        if (area is { Expired: false })
        {
            if (area.Failures > 0)
            {
                VoidObservations();
            }

            if (State != AreaState.Ready && self?.Incarnation.Value == area.Incarnation)
            {
                // The agent was restarted; its guard has renewed on, so this life goes on.
                Life = self.Life;
                continued = true;
                State = AreaState.Ready;
                trouble = "";
            }

            return;
        }

        if (area is { Expired: true } && State != AreaState.Expired)
        {
            State = AreaState.Expired;
            expiredAt = context.Now;
            VoidObservations();
            context.Say("frozen", $"the right on datastore {Name} has expired; its machines here are frozen, none is lost", datastore: Name);
        }

        Join(area is not null);
    }

    private GuardedArea? Guarded()
    {
        if (context.Guard is { } guard)
        {
            foreach (var area in guard.Areas)
            {
                if (area.Datastore == Name)
                {
                    return area;
                }
            }
        }

        return null;
    }

    private void Join(bool again)
    {
        if (context.Now < nextJoin)
        {
            return;
        }

        if (Table.Host(new Slot(context.Settings.Slot)) is null)
        {
            trouble = $"host {context.Settings.Host} has no slot in the lease area of datastore {Name}";
            return;
        }

        busy = true;
        State = again ? AreaState.Expired : AreaState.Joining;
        var life = new HostLife(new Slot(context.Settings.Slot), new Incarnation(context.Ids.Id()));
        var began = context.Now;
        if (again && context.Settings.Lacks(AgentFlaws.RejoinsWithoutCommit))
        {
            Joined(new CommandOutcome.Done(new Epoch(Table.Version)), life, began, again);
            return;
        }

        Submit(
            new JoinHost(life, context.Settings.Host, context.Settings.BootId, context.Settings.Watchdog, NotGone()),
            outcome => Joined(outcome, life, began, again));
    }

    /// <summary>
    /// Machines with a process here, or with one that ended less than drain ago. Safety: the join frees all others at once and anybody may claim them, so
    /// whether they can be thawed does not matter here, nor does the table, which may lag; the commit decides which of them are still this host's.
    /// </summary>
    private ImmutableArray<KeptProcess> NotGone() => context.Settings.Lacks(AgentFlaws.JoinFreesRunning) ? [] :
    [
        .. context.Local.Values.Where(l => !l.IsGone).Select(l => l.Id)
            .Concat(context.Found.Keys)
            .Concat(context.Guard!.Machines.Where(m => m.Pid > 0).Select(m => m.Machine))
            .Distinct().Order().Select(m => new KeptProcess(new MachineId(m), new Epoch(context.Guarded(m)?.Epoch ?? 0))),
    ];

    /// <summary>
    /// Every thread stands still, so that it can go on where it stopped; one that could not be stopped whole is ended instead. Safety: and the commit has named it as the one that
    /// goes on. One of an older epoch has missed what the machine did elsewhere.
    /// </summary>
    private bool CanThaw(MachineEntry entry) =>
        context.Guarded(entry.Machine.Value) is { Pid: > 0, State: GuardedState.Frozen or GuardedState.Stopped } guarded
        && (guarded.Epoch == entry.GivenFrom.Value || context.Settings.Lacks(AgentFlaws.RejoinsWithoutCommit));

    private void Joined(CommandOutcome outcome, HostLife life, Moment began, bool again)
    {
        if (outcome is CommandOutcome.Refused refused)
        {
            busy = false;
            trouble = refused.Sentence;
            return;
        }

        trouble = "";
        Life = life;
        (continued, startedUpTo) = (false, Table.Version);
        var committedAt = Nanoseconds(began);
        var plan = context.Plan;
        var held = context.Settings.Lacks(AgentFlaws.RejoinsWithoutCommit) ? Table.Machines.Values.Where(m => m.Owner?.Slot == life.Slot) : Table.HeldBy(life);
        var thaw = held.Where(m => CanThaw(m)).Select(m => new Thawed(m.Machine.Value, m.Epoch.Value)).ToArray();
        GuardOrder order = again
            ? new Rejoin(Name, life.Incarnation.Value, committedAt, thaw)
            : new OpenArea(
                Name, opened.SlotFile, opened.SlotOffset, Identity.Area.Value, Identity.Cluster.Value, context.Settings.Slot, life.Incarnation.Value, context.Settings.BootId,
                (int)plan.Renew.TotalMilliseconds, (int)plan.Ttl.TotalMilliseconds, (int)plan.Stop.TotalMilliseconds,
                (int)plan.Watchdog.TotalMilliseconds, (int)plan.Agentless.TotalMilliseconds, committedAt);
        context.Out.Guard(order, refusal =>
        {
            busy = false;
            answered = context.Now;

            // A guard tells of changes only; without being asked it might never show the state after this answer.
            context.Out.Guard(new Report(), _ => { });
            if (refusal is not null)
            {
                trouble = $"the guard refused: {refusal}";
                nextJoin = context.Now + JoinPause;
                return;
            }

            State = AreaState.Ready;
            context.Say(again ? "thawed" : "joined", again
                ? $"host {context.Settings.Host} has rejoined datastore {Name}; {thaw.Length} machine(s) thawed by right, the others here ended"
                : $"host {context.Settings.Host} has joined datastore {Name}", datastore: Name, host: context.Settings.Host);
            foreach (var entry in Table.HeldBy(life))
            {
                context.LocalOf(this, entry.Machine.Value);
            }

            foreach (var machine in context.Local.Values.Where(l => again && l.Area == this))
            {
                machine.Rejoined(thaw);
            }
        });
    }

    /// <summary>As the guard counts: nanoseconds of this host's boot clock.</summary>
    private static long Nanoseconds(Moment moment) => moment.Ticks * 100;

    private void ReadSlots()
    {
        if (reading || context.Now < nextRead || State is not (AreaState.Ready or AreaState.Expired))
        {
            return;
        }

        if (Peers.IsEmpty)
        {
            return;
        }

        reading = true;
        nextRead = context.Now + (context.Plan.Renew / (context.WatchesClosely ? 8 : 2));
        context.Out.ReadSlots(Name, peerSlots, read =>
        {
            reading = false;
            var longestGap = context.Plan.ObservationGap(TimeSpan.Zero);
            foreach (var reading in read.Readings)
            {
                lastRead = reading.Block is null ? lastRead : context.Now;
                Watch(reading.Slot).Observe(reading, longestGap);
            }

            if (!RenewsWell)
            {
                VoidObservations();
            }
        });
    }

    /// <summary>A machine in the table whose definition is not known: some other agent has made it.</summary>
    private void LoadUnknown()
    {
        if (loadAt is { } at && context.Now < at)
        {
            return;
        }

        var known = (Table.Version, context.Definitions.Count);
        if (loaded == known || Table.Machines.Keys.All(m => context.Definitions.ContainsKey(m.Value)))
        {
            loaded = known;
            return;
        }

        loadAt = context.Now + TimeSpan.FromSeconds(30);
        context.Out.Load(Name, Path, found =>
        {
            loadAt = context.Now + TimeSpan.FromMilliseconds(500);
            foreach (var definition in found.Definitions)
            {
                context.Define(definition);
            }
        });
    }
}

/// <summary>Where this host stands with one datastore.</summary>
internal enum AreaState
{
    Opening,
    Joining,
    Ready,
    Expired,
    RolledBack,
}
