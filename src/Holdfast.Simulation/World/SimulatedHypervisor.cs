using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>
/// The hypervisor port over one host's guests. A call may fail, may take effect and lose its reply, and may take effect long after it was reported
/// as unknown; what was asked of a stopped QEMU happens when that goes on.
/// </summary>
internal sealed class SimulatedHypervisor(AgentProcess agent) : IHypervisor
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan QmpDeadline = TimeSpan.FromSeconds(3);

    public Action<MachineEvent>? Happened { get; set; }

    private Scope Scope => agent.Scope;

    private SimulatedHost Host => agent.Host;

    private SimulatedCluster Cluster => agent.Host.Cluster;

    private Dice Dice => agent.Host.Cluster.Dice;

    public void Begin(HypervisorCall call, Action<HypervisorResult> done)
    {
        agent.MayDie();
        var answer = new Answer(this, call, done);
        switch (call)
        {
            case CreatePaused c:
                Cluster.Creates(Host);
                Libvirt(answer, StartDeadline, Dice.Milliseconds(100, 900), () => Create(c, answer));
                break;
            case Continue: Qmp(answer, () => Cont(answer)); break;
            case ShutDown s: Libvirt(answer, CallDeadline, Dice.Milliseconds(2, 20), () => PowerButton(answer, s.StaysWanted)); break;
            case End: Kill(answer); break;
            case TakePulse: Pulse(answer); break;
            case ReadDomain: Libvirt(answer, CallDeadline, Dice.Milliseconds(2, 20), () => OnGuest(answer, _ => { }, r => r with { Xml = "<domain/>" })); break;
            case ChangeDisks: Libvirt(answer, CallDeadline, Dice.Milliseconds(50, 500), () => answer.Done()); break;
            case CompareCpu: Libvirt(answer, CallDeadline, Dice.Milliseconds(2, 20), () => answer.Done()); break;
            case MeasureDirtyRate m: Later(Dice.Seconds(1, 1.2), () => OnGuest(answer, _ => { }, r => r with { Load = new(5, m.MemoryMiB / 2) })); break;
            case FindAll: Later(Dice.Milliseconds(5, 60), () => answer.Done(r => r with { Found = Find() })); break;
            case BeginMove m: Libvirt(answer, CallDeadline, Dice.Milliseconds(5, 60), () => BeginMove(m, answer)); break;
            case AllowPause m: Qmp(answer, () => Allow(m, answer)); break;
            case PrepareMove m: Libvirt(answer, StartDeadline, Dice.Milliseconds(80, 500), () => Prepare(m, answer)); break;
            case PerformMove m: Perform(m, answer); break;
            case FreezeAndLook f: Freeze(f, answer); break;
            case Thaw: Later(Dice.Milliseconds(0.1, 1), () => OnGuest(answer, g => g.Continue())); break;
            case FinishMove m: Finish(m, answer); break;
            case ConfirmMove m: Libvirt(answer, CallDeadline, Dice.Milliseconds(2, 30), () => Confirm(m, answer)); break;
            case AbortMove m: Later(Dice.Milliseconds(3, 20), () => Abort(m, answer)); break;
            default: throw new InvalidOperationException($"The simulated hypervisor does not know {call.GetType().Name}.");
        }
    }

    private void Later(TimeSpan delay, Action act) => Cluster.Timeline.After(delay, Host.Life, act);

    private Guest? Of(Guid machine) => Host.Guests.LastOrDefault(g => g.Machine == machine && g.Alive);

    /// <summary>A call through libvirtd: it queues there while that hangs, and takes effect later even when nobody waits for it any more.</summary>
    private void Libvirt(Answer answer, TimeSpan deadline, TimeSpan takes, Action effect)
    {
        var hangs = Host.LibvirtBackAt - Cluster.Timeline.Now;
        if (Dice.Chance(Host.LateCalls))
        {
            Cluster.Count("hypervisor call that took effect late");
            hangs = Dice.Seconds(1, 40);
        }

        Later((hangs > TimeSpan.Zero ? hangs : TimeSpan.Zero) + takes, effect);
        answer.Limit(deadline);
    }

    private void Qmp(Answer answer, Action effect)
    {
        Later(Dice.Chance(Host.LateCalls) ? Dice.Seconds(0.5, 6) : Dice.Milliseconds(0.3, 4), effect);
        answer.Limit(QmpDeadline);
    }

    private void OnGuest(Answer answer, Action<Guest> act, Func<HypervisorResult, HypervisorResult>? with = null)
    {
        if (Of(answer.Call.Machine) is not { } guest)
        {
            answer.Failed("it has no QEMU process on this host");
            return;
        }

        act(guest);
        answer.Done(with);
    }

    /// <summary>Without dice for its time, so that a run without faults of guests goes as it would without it.</summary>
    private void Pulse(Answer answer) => Later(TimeSpan.FromMilliseconds(2), () =>
    {
        if (Of(answer.Call.Machine) is not { } guest || (Host.LostPulses > 0 && Dice.Chance(Host.LostPulses)))
        {
            answer.Failed("QEMU gives no answer");
            return;
        }

        answer.Done(r => r with { Pulse = guest.Pulse() });
    });

    private void Create(CreatePaused call, Answer answer)
    {
        if (Of(call.Machine) is not null)
        {
            answer.Failed("a domain with this id exists already");
            return;
        }

        if (Host.LockedImages && Dice.Chance(0.7))
        {
            Cluster.Count("image still locked");
            answer.Failed("Is another process using the image?");
            return;
        }

        if (Dice.Chance(Host.StartFailures))
        {
            Cluster.Count("start that failed");
            answer.Failed("QEMU ended at once: cannot set up guest memory");
            return;
        }

        var guest = Host.StartProcess(call.Machine, call.Epoch, late: answer.Over || Scope.Ended);
        if (Dice.Chance(Host.StartDeaths))
        {
            Cluster.Count("process that died soon after its start");
            Later(Dice.Milliseconds(1, 3000), () => guest.Die("it crashed"));
        }

        answer.Done(r => r with { Pid = guest.Pid });
    }

    private void Cont(Answer answer)
    {
        if (Of(answer.Call.Machine) is not { } guest)
        {
            answer.Failed("it has no QEMU process on this host");
        }
        else if (guest.Incoming)
        {
            answer.Failed("it waits for its migration");
        }
        else if (guest is { Arrived: true, Era: 0 } && Host.LockedImages && Dice.Chance(0.7))
        {
            Cluster.Count("image still locked");
            answer.Failed("Failed to get shared \"write\" lock");
        }
        else
        {
            // A stopped QEMU takes the command when it goes on; nobody answers before that.
            var stopped = guest.Stopped;
            guest.RunCpus();
            if (!stopped)
            {
                answer.Done();
            }
        }
    }

    private void PowerButton(Answer answer, bool staysWanted) => OnGuest(answer, guest =>
    {
        guest.LetGo |= staysWanted;
        if (guest.ShuttingDown || guest.IsHung || Dice.Chance(Host.DeafGuests))
        {
            return;
        }

        guest.ShuttingDown = true;
        Later(Dice.Seconds(0.5, 4), guest.ShutDownFromInside);
    });

    private void Kill(Answer answer)
    {
        foreach (var guest in Host.Guests.Where(g => g.Machine == answer.Call.Machine).ToArray())
        {
            guest.Kill("ended by order");
        }

        WaitGone(answer);
        answer.Limit(CallDeadline);
    }

    private void WaitGone(Answer answer) => Later(TimeSpan.FromMilliseconds(5), () =>
    {
        if (Of(answer.Call.Machine) is null || Cluster.Weakening.BelievesDestroy)
        {
            answer.Done();
        }
        else if (!answer.Over)
        {
            WaitGone(answer);
        }
    });

    private ImmutableArray<FoundMachine> Find() =>
        [.. Host.Guests.Where(g => g.Alive).Select(g => new FoundMachine(g.Machine, Cluster.NameOf(g.Machine), g.Epoch, g.Pid, g.CpusRunning && !g.Stopped, g.LetGo))];

    private void BeginMove(BeginMove call, Answer answer)
    {
        if (Of(call.Machine) is not { } guest)
        {
            answer.Failed("it has no QEMU process on this host");
            return;
        }

        Cluster.Migrations[call.Move] = new(Cluster, call.Move, guest, agent) { AllowedPause = call.Pause };
        answer.Done(r => r with { Xml = "<domain/>", Cookie = [1] });
    }

    private void Allow(AllowPause call, Answer answer)
    {
        if (JobOf(call.Move) is { } job)
        {
            job.AllowedPause = call.Pause;
        }

        answer.Done();
    }

    private void Prepare(PrepareMove call, Answer answer)
    {
        if (!Cluster.Migrations.TryGetValue(call.Move, out var job) || Of(call.Machine) is not null)
        {
            answer.Failed("a domain with this id exists already");
            return;
        }

        if (Dice.Chance(Host.StartFailures))
        {
            Cluster.Count("target that could not be prepared");
            answer.Failed("cannot set up guest memory");
            return;
        }

        var guest = Host.StartProcess(call.Machine, 0, late: answer.Over || Scope.Ended);
        guest.Incoming = true;
        job.Prepare(guest, agent, SimulatedCluster.NetworkOf(call.ListenAddress));
        if (agent.Scope.Ended)
        {
            guest.Die("its agent closed the connection before Finish");
            return;
        }

        answer.Done(r => r with { Pid = guest.Pid, Cookie = [2], Uri = $"tcp:{Host.Name}" });
    }

    private void Perform(PerformMove call, Answer answer)
    {
        if (JobOf(call.Move) is not { Phase: MigrationPhase.Prepared } job)
        {
            Later(TimeSpan.FromMilliseconds(1), () => answer.Failed("this move has not begun here"));
            return;
        }

        job.Perform(why => answer.End(why));
    }

    private void Freeze(FreezeAndLook call, Answer answer)
    {
        if (Cluster.Migrations.Values.LastOrDefault(m => m.SourceAgent == agent && m.Source.Machine == call.Machine && m.Source.Alive) is not { } job)
        {
            Later(TimeSpan.FromMilliseconds(1), () => answer.Failed("no move of it has begun here"));
            return;
        }

        var looked = Cluster.Weakening.LooksBeforeFreezeOnly ? job.StillPaused : (bool?)null;
        var began = Cluster.Timeline.Now;
        Later(Dice.Milliseconds(0, 10), () =>
        {
            job.Source.Stop();
            WaitStopped(job, answer, looked, began);
        });
    }

    private void WaitStopped(MigrationJob job, Answer answer, bool? looked, TimeSpan began) => Later(TimeSpan.FromMilliseconds(1), () =>
    {
        if (!job.Source.Alive)
        {
            answer.Failed("the process has ended");
        }
        else if (job.Source.Stopped)
        {
            answer.End(looked ?? job.StillPaused ? null : "QEMU reported RESUME after it had stopped for the switch-over");
        }
        else if (Cluster.Timeline.Now - began > TimeSpan.FromMilliseconds(500))
        {
            answer.Failed("not every thread stopped within 500 ms", unknown: true);
        }
        else
        {
            WaitStopped(job, answer, looked, began);
        }
    });

    private void Finish(FinishMove call, Answer answer)
    {
        var job = Cluster.Migrations.GetValueOrDefault(call.Move) is { } known && known.TargetAgent == agent ? known : null;
        if (call.Cancelled)
        {
            foreach (var copy in Host.Guests.Where(g => g.Machine == call.Machine && (g == job?.Target)).ToArray())
            {
                copy.Kill("the copy is not wanted");
            }

            WaitGone(answer);
            answer.Limit(CallDeadline);
            return;
        }

        if (job is null)
        {
            Later(TimeSpan.FromMilliseconds(1), () => answer.Failed("this move was not prepared here"));
            return;
        }

        job.Finish(why => answer.End(why));
    }

    private void Confirm(ConfirmMove call, Answer answer)
    {
        if (JobOf(call.Move) is not { } job)
        {
            answer.End(call.Cancelled ? null : "this move has not begun here");
            return;
        }

        if (!call.Cancelled)
        {
            job.Source.Die("libvirt's Confirm");
            answer.Done();
            return;
        }

        var stopped = job.Source.Stopped;
        job.Source.RunCpus();
        if (!stopped)
        {
            answer.Done();
        }
    }

    private void Abort(AbortMove call, Answer answer)
    {
        JobOf(call.Move)?.Abort();
        answer.Done();
    }

    private MigrationJob? JobOf(Guid move) => Cluster.Migrations.GetValueOrDefault(move) is { } job && job.SourceAgent == agent ? job : null;

    /// <summary>One call's end: once, to the agent that asked, if that still lives.</summary>
    private sealed class Answer(SimulatedHypervisor port, HypervisorCall call, Action<HypervisorResult> done)
    {
        public HypervisorCall Call => call;

        public bool Over { get; private set; }

        public void Limit(TimeSpan deadline) => port.Cluster.Timeline.After(deadline, port.Host.Life, () => Failed("no answer in time", unknown: true));

        public void End(string? failure)
        {
            if (failure is null)
            {
                Done();
            }
            else
            {
                Failed(failure);
            }
        }

        public void Done(Func<HypervisorResult, HypervisorResult>? with = null)
        {
            var result = new HypervisorResult(call.Op, call.Machine);
            Give(with is null ? result : with(result));
        }

        public void Failed(string why, bool unknown = false) => Give(new(call.Op, call.Machine, why, unknown));

        private void Give(HypervisorResult result)
        {
            if (!Over)
            {
                Over = true;
                var travels = call is TakePulse ? TimeSpan.Zero : port.Dice.Milliseconds(0.05, 0.5);
                port.Cluster.Timeline.After(travels, port.Scope, () => done(result));
            }
        }
    }
}
