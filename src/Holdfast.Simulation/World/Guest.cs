using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.World;

/// <summary>
/// One QEMU process and the guest in it, which writes to its disk on the shared store whenever it can. What it is to be judged by is the truth,
/// not the protocol: <see cref="Era"/> grows each time another process begins to execute the machine.
/// </summary>
internal sealed class Guest(SimulatedHost host, Truth truth, int pid, ulong startTime, ulong epoch)
{
    private readonly Guid machine = truth.Machine;
    private readonly SimulatedStore home = host.Cluster.StoreOf(truth.Machine);
    private readonly TimeSpan writeEvery = host.Cluster.WriteEvery(truth.Machine);
    private readonly List<Action> queued = [];
    private int stopOrder;
    private int writing;
    private bool executing;
    private TimeSpan lookedAt = host.Cluster.Timeline.Now;
    private TimeSpan stoodStill;

    public SimulatedHost Host => host;

    public Guid Machine => machine;

    public Truth Truth => truth;

    public int Pid => pid;

    public ulong StartTime => startTime;

    /// <summary>The epoch in its metadata.</summary>
    public ulong Epoch => epoch;

    /// <summary>When it began, if nobody waited any more for the call that made it.</summary>
    public TimeSpan? LateSince { get; init; }

    public bool Alive { get; private set; } = true;

    public bool CpusRunning { get; private set; }

    /// <summary>Every thread is in state T.</summary>
    public bool Stopped { get; private set; }

    /// <summary>It waits for a migration's stream.</summary>
    public bool Incoming { get; set; }

    /// <summary>Times that its CPUs were started.</summary>
    public int Resumes { get; private set; }

    public bool ShuttingDown { get; set; }

    /// <summary>It was asked to shut down so that the machine runs elsewhere.</summary>
    public bool LetGo { get; set; }

    /// <summary>Which content of memory it has: the number of the last disk write that this memory knows of.</summary>
    public long Memory { get; set; }

    /// <summary>0 until it executes first.</summary>
    public int Era { get; set; }

    /// <summary>Its memory came whole from another process.</summary>
    public bool Arrived { get; set; }

    public int WritesInFlight => writing;

    /// <summary>Writes that have ended well.</summary>
    public long Completed { get; private set; }

    /// <summary>Its CPUs execute and it does nothing any more: it writes not, hears no power button, and its guest agent answers not.</summary>
    public bool IsHung { get; set; }

    /// <summary>Time for which its CPU has wanted a processor, as far as it was looked at.</summary>
    public TimeSpan CpuTime { get; private set; }

    /// <summary>Processors that it wants.</summary>
    public double Wants => IsHung || host.ComputingGuests > 0 ? 1 : host.Cluster.LoadOf(machine);

    /// <summary>Its signs of life now.</summary>
    public GuestPulse Pulse()
    {
        var until = executing ? Time.Now : stoodStill;
        CpuTime += (until - lookedAt) * Wants;
        lookedAt = Time.Now;
        var silent = IsHung || (host.SilentGuestAgents > 0 && host.ComputingGuests == 0);
        return new(host.Clock.Now - Moment.Zero, silent ? GuestAgentSign.Silent : GuestAgentSign.Answers, Completed, [CpuTime], writing > 0);
    }

    public bool Executing => Alive && CpusRunning && !Stopped && !Incoming && host is { On: true, Hung: false };

    private SimulatedCluster Cluster => host.Cluster;

    private Timeline Time => host.Cluster.Timeline;

    /// <summary>QMP <c>cont</c>, or QEMU's own resumption: it waits while the process is stopped, and then happens.</summary>
    public void RunCpus()
    {
        if (Stopped)
        {
            queued.Add(RunCpus);
            return;
        }

        if (!Alive || CpusRunning)
        {
            return;
        }

        CpusRunning = true;
        Resumes++;
        host.Tell(new MachineEvent(machine, MachineEventKind.Resumed));
        Refresh();
    }

    public void HaltCpus()
    {
        if (Alive && CpusRunning)
        {
            CpusRunning = false;
            host.Tell(new MachineEvent(machine, MachineEventKind.Stopped));
            Refresh();
        }
    }

    /// <summary>The guest powers itself off, as soon as its disk is quiet.</summary>
    public void ShutDownFromInside() => Time.After(TimeSpan.FromMilliseconds(50), host.Life, () =>
    {
        if (!Alive)
        {
            return;
        }

        if (!Executing || IsHung || writing > 0)
        {
            ShutDownFromInside();
            return;
        }

        HaltCpus();
        host.Tell(new MachineEvent(machine, MachineEventKind.GuestShutDown));
        Die("the guest shut down");
    });

    /// <summary>SIGSTOP. A thread in the middle of I/O stops only when that has ended.</summary>
    public void Stop()
    {
        var order = ++stopOrder;
        Time.After(Cluster.Dice.Chance(host.SlowStops) ? Cluster.Dice.Seconds(0.05, Cluster.Dice.Chance(0.3) ? 40 : 2) : Cluster.Dice.Milliseconds(0.1, 3), host.Life, () =>
        {
            if (order == stopOrder && Alive)
            {
                LastWrite();
                Stopped = true;
                Refresh();
            }
        });
    }

    /// <summary>SIGCONT. What was asked of QEMU meanwhile happens now.</summary>
    public void Continue()
    {
        stopOrder++;
        if (!Alive || !Stopped)
        {
            return;
        }

        Stopped = false;
        Refresh();
        foreach (var act in queued.ToArray())
        {
            act();
        }

        queued.Clear();
    }

    /// <summary>SIGKILL.</summary>
    public void Kill(string why)
    {
        if (Alive)
        {
            Time.After(Cluster.Dice.Chance(host.SlowKills) ? Cluster.Dice.Seconds(0.1, 15) : Cluster.Dice.Milliseconds(0.5, 8), host.Life, () => Die(why));
        }
    }

    /// <summary>The process ends now.</summary>
    public void Die(string why)
    {
        if (!Alive)
        {
            return;
        }

        LastWrite();
        Alive = false;
        Refresh();
        host.Guests.Remove(this);
        Cluster.Trace($"{host.Name}: process {pid} of {Cluster.NameOf(machine)} is gone ({why})");
        host.Guard?.ProcessEnded(this);
        host.Tell(new MachineEvent(machine, MachineEventKind.Gone));
    }

    /// <summary>The power went.</summary>
    public void Vanish()
    {
        LastWrite();
        Alive = false;
        Refresh();
    }

    public void Refresh()
    {
        var now = Executing;
        if (now == executing)
        {
            return;
        }

        executing = now;
        if (now)
        {
            lookedAt = Time.Now;
            Cluster.Executes(this);
            if (!IsHung)
            {
                Write();
            }

            KeepWriting();
        }
        else
        {
            stoodStill = Time.Now;
            Cluster.StandsStill(this);
        }
    }

    private void KeepWriting() => Time.After(writeEvery * (0.5 + Cluster.Dice.Fraction()), host.Life, () =>
    {
        if (Executing)
        {
            if (!IsIdle)
            {
                Write();
            }

            KeepWriting();
        }
    });

    /// <summary>It leaves its disk alone.</summary>
    private bool IsIdle => IsHung || host.ComputingGuests > 0 || host.SilentGuestAgents > 0;

    /// <summary>The worst moment to be stopped is with a write on its way.</summary>
    private void LastWrite()
    {
        if (Executing && !IsIdle && Cluster.Dice.Chance(0.5))
        {
            Write();
        }
    }

    private void Write()
    {
        var era = Era;
        writing++;
        Memory = truth.LastWrite = Cluster.NextWrite();
        home.Write(host, host.Life, 4096, _ => Cluster.Landed(era, this), error =>
        {
            writing--;
            Completed += error is null ? 1 : 0;
            if (error is not null && Alive && CpusRunning)
            {
                // Disks are attached with the error policy stop.
                CpusRunning = false;
                host.Tell(new MachineEvent(machine, MachineEventKind.IoError, "disk0"));
                host.Tell(new MachineEvent(machine, MachineEventKind.Stopped));
                Refresh();
            }
        });
    }
}
