using Holdfast.Core.Agent;

namespace Holdfast.Simulation.World;

/// <summary>
/// One live migration as libvirt and QEMU do it (shared/spikes/hand-over.md): the copy, the switch-over, and the source's own ways of resuming by
/// itself when something breaks after the guest has stopped.
/// </summary>
internal sealed class MigrationJob(SimulatedCluster cluster, Guid move, Guest source, AgentProcess sourceAgent)
{
    private const long Memory = 1L << 30;
    private static readonly TimeSpan StepEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(28);
    private SimulatedNetwork network = cluster.MigrationNetwork;
    private TimeSpan whole;
    private TimeSpan left;
    private TimeSpan stalled;
    private bool switching;
    private bool aborted;
    private bool finishing;
    private int resumesAtSwitch;
    private Action<string?>? performed;
    private Action<string?>? finished;

    public Guid Move => move;

    public Guest Source => source;

    public AgentProcess SourceAgent => sourceAgent;

    public Guest? Target { get; private set; }

    public AgentProcess? TargetAgent { get; private set; }

    public MigrationPhase Phase { get; private set; }

    /// <summary>The source has not executed since it stopped for the switch-over.</summary>
    public bool StillPaused => Phase == MigrationPhase.Completed && source.Resumes == resumesAtSwitch && !source.CpusRunning;

    /// <summary>How long the guest may stand still for the last pass.</summary>
    public TimeSpan AllowedPause { get; set; }

    /// <summary>What is sent needs an answer, so either direction stops it.</summary>
    private bool IsCut => Stops(source.Host.Index, Target!.Host.Index) || Stops(Target!.Host.Index, source.Host.Index);

    /// <param name="path">The network that carries it.</param>
    public void Prepare(Guest target, AgentProcess agent, string path) =>
        (Target, TargetAgent, Phase, network) = (target, agent, MigrationPhase.Prepared, cluster.Networks.First(n => n.Name == path));

    public void Perform(Action<string?> done)
    {
        (performed, Phase) = (done, MigrationPhase.Copying);
        whole = left = source.Host.CopyTime * (0.3 + cluster.Dice.Fraction());
        Later(StepEvery, Step);
    }

    public void Finish(Action<string?> done)
    {
        finishing = true;
        switch (Phase)
        {
            case MigrationPhase.Completed when Target is { Alive: true }:
                cluster.Timeline.After(cluster.Dice.Milliseconds(8, 25), Target.Host.Life, () =>
                    done(Target.Alive ? null : "the incoming process has ended"));
                break;
            case MigrationPhase.Failed:
                done("the migration failed");
                break;
            default:
                finished = done;
                break;
        }
    }

    public void Abort() => aborted = Phase is MigrationPhase.Copying;

    /// <summary>
    /// The agent's connection to its libvirtd is closed with it, and what was prepared over it is destroyed; but a Finish that is under way keeps the connection open until it has
    /// returned (libvirt's remoteClientFree), and what it has taken over is not tied to it any more.
    /// </summary>
    public void AgentEnded(AgentProcess agent)
    {
        if (agent == TargetAgent && !finishing)
        {
            Target!.Die("its agent closed the connection before Finish");
        }
    }

    private void Later(TimeSpan delay, Action act) => cluster.Timeline.After(delay, source.Host.Life, act);

    private void Step()
    {
        if (Phase != MigrationPhase.Copying)
        {
            return;
        }

        if (Broken() is { } broken)
        {
            Fail(broken);
        }
        else if (IsCut || Target!.Host.Hung || source.Stopped)
        {
            stalled += StepEvery;
            if (stalled > KeepAlive)
            {
                Fail("the connection was lost");
                return;
            }

            Later(StepEvery, Step);
        }
        else if (left > TimeSpan.Zero)
        {
            (left, stalled) = (left - StepEvery, TimeSpan.Zero);
            Tell(pass: 1, TimeSpan.Zero);
            Later(StepEvery, Step);
        }
        else if (source.Host.LeastPause > AllowedPause)
        {
            (left, stalled) = (left - StepEvery, TimeSpan.Zero);
            Tell(pass: 2 + (int)(-left / StepEvery), source.Host.LeastPause);
            Later(StepEvery, Step);
        }
        else
        {
            SwitchOver();
        }
    }

    private bool Stops(int from, int to) => network.Between(from, to) is var link && (link.IsCut || link.LargestPacket < cluster.Options.Mtu);

    /// <summary>A memory of 1 GiB, sent evenly; what the guest has written meanwhile is sent again.</summary>
    private void Tell(int pass, TimeSpan pause)
    {
        if (left.Ticks / TimeSpan.FromMilliseconds(500).Ticks % 2 == 0)
        {
            var rate = Memory / whole.TotalSeconds;
            var sent = (long)((whole - left).TotalSeconds * rate);
            source.Host.Tell(new MachineEvent(source.Machine, MachineEventKind.MigrationProgress, Progress: new(
                sent, pass == 1 ? Memory - sent : (long)(rate * pause.TotalSeconds), Memory, rate, pass == 1 ? 0 : rate, pass, pause)));
        }
    }

    private string? Broken() =>
        !source.Alive ? "the source's process has ended"
        : Target is not { Alive: true } ? "the target's process has ended"
        : aborted || sourceAgent.Scope.Ended ? "the migration was cancelled"
        : null;

    private void SwitchOver()
    {
        if (!switching)
        {
            switching = true;
            source.HaltCpus();
            resumesAtSwitch = source.Resumes;
        }

        if (source.WritesInFlight > 0)
        {
            // QEMU drains its disks before it hands them over.
            Later(TimeSpan.FromMilliseconds(5), Step);
            return;
        }

        Later(cluster.Dice.Milliseconds(10, 180), Complete);
    }

    private void Complete()
    {
        if (Phase != MigrationPhase.Copying)
        {
            return;
        }

        if (Broken() is { } broken)
        {
            Fail(broken);
            return;
        }

        if (IsCut || Target!.Host.Hung || source.Stopped)
        {
            Later(TimeSpan.FromMilliseconds(50), Step);
            return;
        }

        if (cluster.Dice.Chance(source.Host.MigrationFailures))
        {
            cluster.Count("migration that failed in the device phase");
            Fail("the device state could not be sent");
            return;
        }

        Phase = MigrationPhase.Completed;
        (Target.Incoming, Target.Arrived, Target.Memory, Target.IsHung) = (false, true, source.Memory, source.IsHung);
        Target.Host.Tell(new MachineEvent(source.Machine, MachineEventKind.MigrationCompleted));
        source.Host.Tell(new MachineEvent(source.Machine, MachineEventKind.MigrationCompleted));
        cluster.Trace($"{source.Host.Name}: copy of {cluster.NameOf(source.Machine)} is complete on {Target.Host.Name}");
        cluster.Copied(this);
        if (finished is { } waiting)
        {
            Finish(waiting);
        }

        Return();
    }

    private void Return()
    {
        if (cluster.Dice.Chance(source.Host.SelfResumes))
        {
            // A libvirtd that restarts between completed and Perform's return resumes the source (5i); one that lost its connection too (4a-4c).
            cluster.Count("source that resumed by itself");
            Later(cluster.Dice.Milliseconds(0, 12), source.RunCpus);
            if (cluster.Dice.Chance(0.5))
            {
                Later(cluster.Dice.Milliseconds(1, 10), () => performed?.Invoke("libvirtd has ended"));
                return;
            }
        }

        if (cluster.Dice.Chance(source.Host.LostReplies))
        {
            cluster.Count("reply of Perform lost");
            return;
        }

        Later(cluster.Dice.Milliseconds(1, 5), () => performed?.Invoke(null));
    }

    private void Fail(string why)
    {
        Phase = MigrationPhase.Failed;
        cluster.Trace($"{source.Host.Name}: migration of {cluster.NameOf(source.Machine)} failed: {why}");
        Target?.Die("its migration failed");
        if (switching)
        {
            Later(cluster.Dice.Milliseconds(2, 30), source.RunCpus);
        }

        source.Host.Tell(new MachineEvent(source.Machine, MachineEventKind.MigrationFailed));
        finished?.Invoke(why);
        Later(cluster.Dice.Milliseconds(1, 10), () => performed?.Invoke(why));
    }
}

internal enum MigrationPhase
{
    Begun,
    Prepared,

    /// <summary>Also the switch-over, until QEMU says completed.</summary>
    Copying,
    Completed,
    Failed,
}
