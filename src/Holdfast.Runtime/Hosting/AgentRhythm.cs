namespace Holdfast.Runtime.Hosting;

/// <summary>How often an agent's core is told of what comes with time. The daemon's loop and the simulator's keep the same rhythm.</summary>
public static class AgentRhythm
{
    /// <summary>A tick comes this long after the last one was taken.</summary>
    public static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>A datastore that could not be opened is tried again after this.</summary>
    public static readonly TimeSpan ReopenEvery = TimeSpan.FromSeconds(1);

    /// <summary>The host's conditions are measured this often.</summary>
    public static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(1);
}
