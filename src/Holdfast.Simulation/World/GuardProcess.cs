using Holdfast.Core.Agent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;
using Holdfast.Core.Leases;

namespace Holdfast.Simulation.World;

/// <summary>One life of the guard's process: the real core, and what its threads do around it.</summary>
internal sealed class GuardProcess
{
    private static readonly TimeSpan ScanEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TurnEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(100);
    private readonly GuardCore core;
    private readonly SortedSet<int> told = [];
    private AgentProcess? connected;
    private TimeSpan? wake;
    private TimeSpan lastTold = TimeSpan.MinValue / 2;
    private bool telling;
    private bool looking;

    public GuardProcess(SimulatedHost host, GuardMemory? memory, ClockReading? lastOrder)
    {
        Host = host;
        Scope = new(host.Life);
        core = new(host.Cluster.Dice.Id(), host.BootId.ToString(), host.HasWatchdog, host.Clock.Reading, memory, lastOrder) { Flaws = host.Cluster.Weakening.Guard };
    }

    public SimulatedHost Host { get; }

    public Scope Scope { get; }

    private Timeline Time => Host.Cluster.Timeline;

    public void Start()
    {
        Post(new GuardInput.Tick());
        Scan();
        Time.Repeat(ScanEvery, Scope, Scan);
        Turn();
        Time.Repeat(TurnEvery, Scope, Turn);
        if (Host.Agent is { } agent)
        {
            Time.After(Host.Cluster.Dice.Milliseconds(20, 150), agent.Scope, () => Host.Guard?.Connect(agent));
        }
    }

    public bool IsConnected(AgentProcess agent) => connected == agent && !Scope.Ended;

    public void Connect(AgentProcess agent) => connected = agent;

    /// <summary>The process ends at once; a write of it may still be in flight.</summary>
    public void Kill()
    {
        Scope.End();
        if (connected is { } agent)
        {
            Time.After(TimeSpan.Zero, agent.Scope, () => agent.Guard.Reported?.Invoke(null));
        }
    }

    public GuardReport Report() => core.Report(Host.Clock.Reading);

    /// <summary>The order's refusal, or null.</summary>
    public string? Obey(GuardOrder order)
    {
        string? refusal = null;
        var actions = Post(new GuardInput.Ordered(order));
        for (var i = 0; i < actions.Count; i++)
        {
            switch (actions[i])
            {
                case GuardAction.Remember:
                    Host.GuardMemory = core.Memory();
                    break;
                case GuardAction.Answer(var answer):
                    refusal = answer.Refusal;
                    break;
            }
        }

        return refusal;
    }

    public void ProcessEnded(Guest guest) => Time.After(Host.Cluster.Dice.Milliseconds(0, 3), Scope, () =>
    {
        if (told.Remove(guest.Pid))
        {
            Post(new GuardInput.ProcessGone(guest.Pid));
        }
    });

    private IReadOnlyList<GuardAction> Post(GuardInput input)
    {
        var now = Host.Clock.Reading;
        var actions = core.Step(now, input);
        for (var i = 0; i < actions.Count; i++)
        {
            Perform(actions[i]);
        }

        WakeIn(core.Patience(now));
        return actions;
    }

    private void WakeIn(TimeSpan patience)
    {
        var at = Time.Now + Host.Clock.TrueSpan(patience) + Host.Cluster.Dice.Milliseconds(0, Host.GuardLatenessMs);
        if (wake is { } set && set > Time.Now && set <= at)
        {
            return;
        }

        wake = at;
        Time.After(at - Time.Now, Scope, () =>
        {
            if (wake == at)
            {
                wake = null;
                Post(new GuardInput.Tick());
            }
        });
    }

    private void Perform(GuardAction action)
    {
        switch (action)
        {
            case GuardAction.Renew renewal:
                Host.WriteSlot(this, renewal);
                break;
            case GuardAction.NoteRenewal note:
                Host.NoteRenewal(note);
                break;
            case GuardAction.Signal(var pid, var number):
                Signal(pid, number);
                break;
            case GuardAction.Look:
                Time.After(Host.Cluster.Dice.Milliseconds(0.2, 3), Scope, Scan);
                break;
            case GuardAction.Remember:
                Time.After(Host.Cluster.Dice.Milliseconds(0.5, 5), Scope, () => Host.GuardMemory = core.Memory());
                break;
            case GuardAction.Tell(var asked):
                Tell(asked);
                break;
            case GuardAction.WakeWatchdog:
                Time.After(Host.Cluster.Dice.Milliseconds(0.1, 2), Scope, Turn);
                break;
            case GuardAction.ArmWatchdog(var timeout):
                Host.Watchdog.Arm(timeout);
                Time.After(TimeSpan.Zero, Scope, () => Post(new GuardInput.WatchdogArmed(timeout)));
                break;
            case GuardAction.PetWatchdog:
                Host.Watchdog.Pet();
                break;
        }
    }

    public void Renewed(GuardAction.Renew renewal, string? error) => Post(new GuardInput.Renewed(renewal.SlotKey, renewal.Token, error));

    private void Signal(int pid, ProcessSignal number)
    {
        if (!told.Contains(pid) || Host.ProcessOf(pid) is not { } guest)
        {
            return;
        }

        switch (number)
        {
            case ProcessSignal.Kill:
                guest.Kill("killed by the guard");
                break;
            case ProcessSignal.Stop:
                guest.Stop();
                break;
            default:
                guest.Continue();
                break;
        }
    }

    private void Tell(bool asked)
    {
        if (telling && !asked)
        {
            return;
        }

        telling = true;
        var wait = asked ? TimeSpan.Zero : lastTold + TellEvery - Time.Now;
        Time.After(wait, Scope, () =>
        {
            telling = false;
            lastTold = Time.Now;
            if (connected is { Scope: { Ended: false } } agent)
            {
                var report = core.Report(Host.Clock.Reading);
                Time.After(Host.Cluster.Dice.Milliseconds(0.05, 0.3), agent.Scope, () => agent.Guard.Reported?.Invoke(report));
            }
        });
    }

    private void Scan()
    {
        var began = Host.Clock.Reading;
        foreach (var guest in Host.Guests.Exists(g => !told.Contains(g.Pid)) ? Host.Guests.ToArray() : [])
        {
            if (told.Add(guest.Pid))
            {
                Post(new GuardInput.ProcessSeen(guest.Pid, guest.StartTime, 1, guest.Machine));
            }
        }

        LookAtThreads(all: true);
        Post(new GuardInput.LookEnded(began));
    }

    private void LookAtThreads(bool all)
    {
        var freezing = false;
        foreach (var (pid, state) in core.Watched())
        {
            if ((all || state == GuardedState.Freezing) && Host.ProcessOf(pid) is { } guest)
            {
                freezing |= !guest.Stopped;
                Post(new GuardInput.ThreadsSeen(pid, guest.Stopped));
            }
        }

        if (freezing && !looking)
        {
            looking = true;
            Time.After(Host.Cluster.Dice.Milliseconds(2, 30), Scope, () =>
            {
                looking = false;
                LookAtThreads(all: false);
            });
        }
    }

    private void Turn()
    {
        if (Host.HasWatchdog)
        {
            Post(new GuardInput.WatchdogTurn());
        }
    }
}
