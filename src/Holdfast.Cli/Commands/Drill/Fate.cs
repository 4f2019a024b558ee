namespace Holdfast.Cli.Commands.Drill;

/// <summary>What a drill may cost a machine, from nothing to a restart.</summary>
internal enum Fate
{
    /// <summary>The same process counts on, without an outage.</summary>
    Unharmed,

    /// <summary>The same process counts on, with silences of a disk that is slow.</summary>
    Slowed,

    /// <summary>It starts once more on its own host.</summary>
    StartedAnew,

    /// <summary>It counts on another host in the same boot, without an outage.</summary>
    Moved,

    /// <summary>It stops, and goes on in the same process when the fault is over.</summary>
    Paused,

    /// <summary>It starts once more on another host, within its bound with the fence device.</summary>
    Restarted,

    /// <summary>The same, within its bound without the device.</summary>
    RestartedByTime,

    /// <summary>It is shut down and starts once more on another host, if its policy is to be released; else it is unharmed.</summary>
    Released,
}
