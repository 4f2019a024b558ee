using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Guarding.Deciding;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Simulation.World;

/// <summary>One host: its power, its clocks, the processes on it, and how well its parts work today.</summary>
internal sealed class SimulatedHost
{
    private readonly double rate;
    private readonly HashSet<string> slotWrites = new(StringComparer.Ordinal);
    private readonly List<(GuardProcess Guard, GuardAction.Renew Renewal)> waitingSlotWrites = [];
    private readonly Dictionary<Guid, GuardAction.NoteRenewal> renewals = [];
    private readonly byte[] block = new byte[HeartbeatBlock.Length];
    private int lastPid;
    private int hangs;
    private TimeSpan told;

    public SimulatedHost(SimulatedCluster cluster, int index, string name, long memoryMiB, double rate, bool hasWatchdog)
    {
        (Cluster, Index, Name, MemoryMiB, this.rate, HasWatchdog) = (cluster, index, name, memoryMiB, rate, hasWatchdog);
        Watchdog = new(this);
        FenceDevice = new(this);
        Life = new(null);
        Life.End();
        Clock = NewClock();
    }

    public SimulatedCluster Cluster { get; }

    public int Index { get; }

    public string Name { get; }

    public long MemoryMiB { get; }

    public bool HasWatchdog { get; }

    public WatchdogDevice Watchdog { get; }

    public FenceDevice FenceDevice { get; }

    public bool On { get; private set; }

    /// <summary>Every process stands still; links and watchdog go on.</summary>
    public bool Hung => hangs > 0;

    /// <summary>This boot.</summary>
    public Scope Life { get; private set; }

    public Guid BootId { get; private set; }

    public HostClock Clock { get; private set; }

    public AgentProcess? Agent { get; private set; }

    public GuardProcess? Guard { get; private set; }

    public List<Guest> Guests { get; } = [];

    /// <summary>What the guard keeps on its tmpfs.</summary>
    public GuardMemory? GuardMemory { get; set; }

    /// <summary>When its slot changed last on any store, in true time.</summary>
    public TimeSpan LastRenewed { get; private set; }

    /// <summary>The last time that a write of its ballot areas took a second and more, or several did shortly after each other: since it was tried, and until it was done.</summary>
    public (TimeSpan From, TimeSpan To) LastBallotDelay { get; private set; }

    private static readonly TimeSpan OneTrouble = TimeSpan.FromSeconds(5);
    private TimeSpan? ballotTried;

    /// <summary>When anybody had a sign of it last, on any network or store, in true time.</summary>
    public TimeSpan LastSign { get; private set; }

    /// <summary>The last time that nobody had a sign of it for as long as a fencing waits at least: how long, and until when.</summary>
    public (TimeSpan Length, TimeSpan Until) LastSilence { get; private set; }

    /// <summary>Nobody has had a sign of it on any channel for this long; it cannot be told from a dead host.</summary>
    public TimeSpan Silence => Cluster.Timeline.Now - LastSign;

    // What faults change.
    public bool HasQuorum { get; set; } = true;

    public bool GuestNetworkUp { get; set; } = true;

    public double ReadErrors { get; set; }

    public double WriteErrors { get; set; }

    public double WriteHangs { get; set; }

    public double GuardLatenessMs { get; set; } = 5;

    public double SlowStops { get; set; }

    public double SlowKills { get; set; }

    public double StartFailures { get; set; }

    public double StartDeaths { get; set; }

    public double LateCalls { get; set; }

    public double LostReplies { get; set; }

    public double MigrationFailures { get; set; }

    public double SelfResumes { get; set; }

    public double DeafGuests { get; set; }

    /// <summary>While above zero, guest agents here do not answer and the guests idle, without touching a disk.</summary>
    public int SilentGuestAgents { get; set; }

    /// <summary>While above zero, the guests here compute and touch no disk; their agents answer.</summary>
    public int ComputingGuests { get; set; }

    /// <summary>How likely signs of life cannot be taken here.</summary>
    public double LostPulses { get; set; }

    public TimeSpan CopyTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Guests here write so much that the last pass takes them at least this long.</summary>
    public TimeSpan LeastPause { get; set; }

    /// <summary>libvirtd does not answer until then.</summary>
    public TimeSpan LibvirtBackAt { get; set; }

    public bool LockedImages { get; set; }

    /// <summary>Who drains it and why, as its own disk has it over every restart; null: nobody.</summary>
    public string? DrainedBy { get; private set; }

    /// <summary>Since when, in true time; null: nobody drains it.</summary>
    public TimeSpan? DrainedSince { get; private set; }

    /// <summary>Its agent takes the order, if there is one.</summary>
    public void Drain(bool on, string by)
    {
        if (Agent is { } agent)
        {
            Cluster.Timeline.After(TimeSpan.Zero, agent.Scope, () =>
            {
                DrainedBy = on ? by : null;
                DrainedSince = on ? DrainedSince ?? Cluster.Timeline.Now : null;
                agent.Take(new DrainSet(on, by));
            });
        }
    }

    public AgentSettings Settings(ulong seed) => new(
        "sim", Name, Index, BootId, seed, Cluster.Plan, [.. Cluster.Networks.Select(n => new ClusterNetwork(n.Name, Cluster.RolesOf(n)))],
        Cluster.HostNames, Cluster.FenceDevices, Cluster.Options.FastShot, [.. Cluster.MigrationPaths.Select(n => new MigrationPath(n.Name, SimulatedCluster.Address(Name, n)))],
        HasWatchdog ? WatchdogClass.Hardware : WatchdogClass.None) 
    {
        MovesAtOnce = Cluster.Options.MovesAtOnce,
        MovesInCluster = Cluster.Options.MovesInCluster,
        Balancing = Cluster.Options.Balancing,
        Flaws = Cluster.Weakening.Agent,
        RegisterFlaws = Cluster.Weakening.Register,
        MoveFlaws = Cluster.Weakening.Move,
    };

    public void PowerOn()
    {
        if (On)
        {
            return;
        }

        (On, hangs, ballotTried) = (true, 0, null);
        Life = new(null);
        BootId = Cluster.Dice.Id();
        Clock = NewClock();
        GuardMemory = null;
        renewals.Clear();
        slotWrites.Clear();
        waitingSlotWrites.Clear();
        Cluster.Trace($"{Name}: boots");
        Cluster.Timeline.After(Cluster.Dice.Seconds(0.2, 1), Life, StartGuard);
        Cluster.Timeline.After(Cluster.Dice.Seconds(0.5, 2), Life, StartAgent);
    }

    public void WasRenewed()
    {
        WasSeen();
        LastRenewed = Cluster.Timeline.Now;
    }

    public void TriesBallot() => ballotTried ??= Cluster.Timeline.Now;

    public void WroteBallot()
    {
        if (ballotTried is { } tried && Cluster.Timeline.Now - tried > TimeSpan.FromSeconds(1))
        {
            LastBallotDelay = (tried - LastBallotDelay.To < OneTrouble ? LastBallotDelay.From : tried, Cluster.Timeline.Now);
        }

        ballotTried = null;
    }

    public void WasSeen()
    {
        if (Silence > Cluster.Plan.Suspect * (1 - Cluster.Plan.ClockRateTolerance))
        {
            LastSilence = (Silence, Cluster.Timeline.Now);
        }

        LastSign = Cluster.Timeline.Now;
    }

    public void PowerOnAfter(TimeSpan time) => Cluster.Timeline.After(time, PowerOn);

    public void Crash(string why)
    {
        if (!On)
        {
            return;
        }

        Cluster.Trace($"{Name}: down: {why}");
        foreach (var guest in Guests.ToArray())
        {
            guest.Vanish();
        }

        Guests.Clear();
        foreach (var store in Cluster.Stores)
        {
            store.Crashed(this);
        }

        On = false;
        Life.End();
        Agent?.Scope.End();
        Guard?.Scope.End();
        (Agent, Guard) = (null, null);
        Watchdog.Disarm();
        Cluster.WentDown(this);
    }

    public void StartAgent()
    {
        if (Agent is null)
        {
            Agent = new(this);
            Agent.Start();
        }
    }

    public void KillAgent(TimeSpan restartAfter)
    {
        if (Agent is not { } agent)
        {
            return;
        }

        agent.Scope.End();
        Agent = null;
        Cluster.Trace($"{Name}: agent killed");
        Cluster.AgentEnded(agent);
        Cluster.Timeline.After(restartAfter, Life, StartAgent);
    }

    /// <summary>When its guard was killed last.</summary>
    public TimeSpan? GuardKilledAt { get; private set; }

    public void KillGuard(TimeSpan restartAfter)
    {
        if (Guard is not { } guard)
        {
            return;
        }

        guard.Kill();
        (Guard, GuardKilledAt) = (null, Cluster.Timeline.Now);
        Cluster.Trace($"{Name}: guard killed");
        Cluster.Timeline.After(restartAfter, Life, StartGuard);
    }

    public void Hang()
    {
        if (!On)
        {
            return;
        }

        if (hangs++ == 0)
        {
            Cluster.Trace($"{Name}: hangs");
        }

        Life.Pause();
        foreach (var guest in Guests.ToArray())
        {
            guest.Refresh();
        }
    }

    /// <param name="life">The boot that was hung; another one since then is not concerned.</param>
    public void Unhang(Scope life)
    {
        if (life != Life || !On)
        {
            return;
        }

        hangs--;
        Life.Resume(Cluster.Timeline);
        if (!Hung)
        {
            Cluster.Trace($"{Name}: goes on");
            foreach (var guest in Guests.ToArray())
            {
                guest.Refresh();
            }
        }
    }

    /// <summary>The process with this number, or null.</summary>
    public Guest? ProcessOf(int pid)
    {
        foreach (var guest in Guests)
        {
            if (guest.Pid == pid)
            {
                return guest;
            }
        }

        return null;
    }

    /// <param name="late">Nobody waits any more for the call that makes it.</param>
    public Guest StartProcess(Guid machine, ulong epoch, bool late)
    {
        var pid = ++lastPid + ((Index + 1) * 10_000);
        var guest = new Guest(this, Cluster.TruthOf(machine), pid, (ulong)pid, epoch) { LateSince = late ? Cluster.Timeline.Now : null };
        Guests.Add(guest);
        Cluster.Trace($"{Name}: process {pid} of {Cluster.NameOf(machine)} begins (epoch {epoch})");
        Cluster.ProcessBegan(guest);
        return guest;
    }

    public void Tell(MachineEvent happened)
    {
        if (Agent is { } agent)
        {
            // In order among themselves; the answers to calls may overtake them and be overtaken.
            var at = Cluster.Timeline.Now + Cluster.Dice.Milliseconds(0.1, 1);
            told = at > told ? at : told;
            Cluster.Timeline.Add(told, new(agent.Scope, () => agent.Hypervisor.Happened?.Invoke(happened)));
        }
    }

    /// <summary>Safety: a write of a former guard may still be in flight; its end frees the slot for the next one (DESIGN §3, rule 3).</summary>
    public void WriteSlot(GuardProcess guard, GuardAction.Renew renewal)
    {
        if (!slotWrites.Add(renewal.SlotKey))
        {
            waitingSlotWrites.Add((guard, renewal));
            return;
        }

        var store = Cluster.Store(renewal.Area.Datastore);
        new HeartbeatBlock(
            new(renewal.Area.Slot), new(renewal.Incarnation), renewal.Area.BootId, renewal.Counter, renewal.Flags,
            renewal.Note.Reach, renewal.Note.FreeMemoryMiB, renewal.Note.FreeCpuPercent).Encode(store.Identity, block);
        store.WriteSlot(this, Life, renewal.Area.Slot, block, error =>
        {
            slotWrites.Remove(renewal.SlotKey);
            Cluster.Timeline.After(TimeSpan.Zero, guard.Scope, () => guard.Renewed(renewal, error));
            if (waitingSlotWrites.Count == 0)
            {
                return;
            }

            foreach (var next in waitingSlotWrites.Where(w => w.Renewal.SlotKey == renewal.SlotKey).ToArray())
            {
                waitingSlotWrites.Remove(next);
                if (!next.Guard.Scope.Ended)
                {
                    WriteSlot(next.Guard, next.Renewal);
                    break;
                }
            }
        });
    }

    public void NoteRenewal(GuardAction.NoteRenewal note) => renewals[note.AreaId] = note;

    private void StartGuard()
    {
        if (Guard is not null)
        {
            return;
        }

        ClockReading? lastOrder = null;
        var memory = GuardMemory is { } kept && !Cluster.Weakening.GuardForgets
            ? kept with { Areas = [.. kept.Areas.Select(a => Merge(a, ref lastOrder))] }
            : null;
        Guard = new(this, memory, lastOrder);
        Guard.Start();
    }

    private RememberedArea Merge(RememberedArea area, ref ClockReading? lastOrder)
    {
        if (!renewals.TryGetValue(area.Opened.AreaId, out var note) || note.Incarnation != area.Incarnation || note.Start.Boot <= area.RenewedBoot)
        {
            return area;
        }

        lastOrder = lastOrder is { } known && known.Boot > note.LastOrder.Boot ? known : note.LastOrder;
        return area with { RenewedBoot = note.Start.Boot, RenewedRaw = note.Start.Raw };
    }

    private HostClock NewClock() => new(Cluster.Timeline, TimeSpan.FromSeconds(1), rate);
}
