using Holdfast.Core.Agent;

namespace Holdfast.Simulation.World;

/// <summary>
/// One live migration as libvirt and QEMU do it (shared/spikes/hand-over.md): the copy, the switch-over, and the source's own ways of resuming by
/// itself when something breaks after the guest has stopped.
/// </summary>
internal sealed class MigrationJob(SimulatedCluster cluster, Guid move, Guest source, AgentProcess sourceAgent)
{
    private static readonly TimeSpan StepEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(28);
    private TimeSpan left;
    private TimeSpan stalled;
    private bool switching;
    private bool aborted;
    private int resumesAtSwitch;
    private Action<string?>? performed;
    private Action<string?>? finished;

    public Guid Move => move;

    public Guest Source => source;

    public AgentProcess SourceAgent => sourceAgent;

    public Guest? Target { get; private set; }

    public AgentProcess? TargetAgent { get; private set; }

    public MigrationPhase Phase { get; private set; }

    public bool Finished { get; private set; }

    /// <summary>The source has not executed since it stopped for the switch-over.</summary>
    public bool StillPaused => Phase == MigrationPhase.Completed && source.Resumes == resumesAtSwitch && !source.CpusRunning;

    private Link Line => cluster.MigrationNetwork.Between(source.Host.Index, Target!.Host.Index);

    public void Prepare(Guest target, AgentProcess agent) => (Target, TargetAgent, Phase) = (target, agent, MigrationPhase.Prepared);

    public void Perform(Action<string?> done)
    {
        (performed, Phase) = (done, MigrationPhase.Copying);
        left = source.Host.CopyTime * (0.3 + cluster.Dice.Fraction());
        Later(StepEvery, Step);
    }

    public void Finish(Action<string?> done)
    {
        switch (Phase)
        {
            case MigrationPhase.Completed when Target is { Alive: true }:
                cluster.Timeline.After(cluster.Dice.Milliseconds(8, 25), Target.Host.Life, () =>
                {
                    Finished = Target.Alive;
                    done(Target.Alive ? null : "the incoming process has ended");
                });
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

    /// <summary>The agent's connection to its libvirtd is closed with it.</summary>
    public void AgentEnded(AgentProcess agent)
    {
        if (agent == TargetAgent && !Finished)
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
        else if (Line.IsCut || Target!.Host.Hung || source.Stopped)
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
            if (left.Ticks / TimeSpan.FromMilliseconds(500).Ticks % 2 == 0)
            {
                source.Host.Tell(new MachineEvent(source.Machine, MachineEventKind.MigrationProgress, "0 0 0"));
            }

            Later(StepEvery, Step);
        }
        else
        {
            SwitchOver();
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

        if (Line.IsCut || Target!.Host.Hung || source.Stopped)
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
        (Target.Incoming, Target.Arrived, Target.Memory) = (false, true, source.Memory);
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
