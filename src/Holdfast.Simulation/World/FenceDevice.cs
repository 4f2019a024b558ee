namespace Holdfast.Simulation.World;

/// <summary>One host's power switch.</summary>
internal sealed class FenceDevice(SimulatedHost host)
{
    /// <summary>The fence agent's own limit.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public FenceDeviceState State { get; set; }

    public void Off(Scope caller, Action<string?> done)
    {
        var cluster = host.Cluster;
        var time = cluster.Timeline;
        var delay = State == FenceDeviceState.Slow ? cluster.Dice.Seconds(3, 9) : cluster.Dice.Seconds(0.2, 1);
        switch (State)
        {
            case FenceDeviceState.Broken:
                time.After(delay, caller, () => done("the device does not answer"));
                break;
            case FenceDeviceState.Lying:
                cluster.Count("fence device that lied");
                time.After(delay, caller, () => done(null));
                break;
            case FenceDeviceState.AnswerLost:
                time.After(delay, PowerOff);
                time.After(Limit, caller, () => done("did not confirm within 10 s"));
                break;
            default:
                time.After(delay, () =>
                {
                    PowerOff();
                    time.After(cluster.Dice.Milliseconds(1, 200), caller, () => done(null));
                });
                break;
        }
    }

    public void Test(Scope caller, Action<string?> done)
    {
        var cluster = host.Cluster;
        cluster.Timeline.After(cluster.Dice.Milliseconds(50, 500), caller, () => done(State == FenceDeviceState.Broken ? "the device does not answer" : null));
    }

    private void PowerOff()
    {
        host.Cluster.Count("host powered off by its fence device");
        host.Crash("its fence device has switched it off");
        if (host.Cluster.Options.FenceCutsPath)
        {
            foreach (var store in host.Cluster.Stores)
            {
                store.CutOff(host);
            }
        }

        host.PowerOnAfter(host.Cluster.Dice.Seconds(20, 90));
    }
}

internal enum FenceDeviceState
{
    Ok,
    Broken,
    Slow,

    /// <summary>Says off and does nothing.</summary>
    Lying,

    /// <summary>Does it, and its answer is lost.</summary>
    AnswerLost,
}
