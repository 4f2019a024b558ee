namespace Holdfast.Simulation.World;

/// <summary>A host's watchdog timer. It counts on its own, whatever hangs, and fires up to its own lateness after its time.</summary>
internal sealed class WatchdogDevice(SimulatedHost host)
{
    private TimeSpan timeout;
    private TimeSpan? firesAt;
    private bool watched;

    /// <summary>When it fires if nobody pets it any more, its own lateness left out; null when it is not armed.</summary>
    public TimeSpan? FiresAt => firesAt;

    public void Arm(TimeSpan after)
    {
        timeout = after;
        Pet();
    }

    public void Pet()
    {
        firesAt = host.Cluster.Timeline.Now + timeout;
        Watch();
    }

    public void Disarm() => firesAt = null;

    private void Watch()
    {
        if (watched || firesAt is not { } at)
        {
            return;
        }

        watched = true;
        host.Cluster.Timeline.After(at - host.Cluster.Timeline.Now, () =>
        {
            watched = false;
            if (firesAt is { } later && later > host.Cluster.Timeline.Now)
            {
                Watch();
            }
            else if (firesAt is not null)
            {
                Fire();
            }
        });
    }

    private void Fire()
    {
        var due = firesAt;
        host.Cluster.Timeline.After(host.Cluster.Plan.Reset * host.Cluster.Dice.Fraction() * 0.95, () =>
        {
            // A petting within its lateness came in time after all.
            if (firesAt == due && !host.Cluster.Weakening.WatchdogNeverFires)
            {
                host.Cluster.Count("watchdog that reset its host");
                host.Crash("its watchdog has reset it");
                host.PowerOnAfter(host.Cluster.Dice.Seconds(4, 20));
            }
            else
            {
                Watch();
            }
        });
    }
}
