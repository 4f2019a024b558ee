using System.Diagnostics;
using Holdfast.Adapters.Linux;

namespace Holdfast.Daemon.Hosting;

/// <summary>
/// The agent's word to the service manager. It is said by the agent's loop, at the end of a step, and by nobody else: a loop that stands still says
/// nothing, whatever timers beside it go on. Inputs come at least once a second (<see cref="Runtime.Hosting.AgentRhythm.MeasureEvery"/>).
/// </summary>
internal sealed class LoopNotice(ServiceNotice notice)
{
    /// <summary>A fourth of the manager's patience: a word may be lost without harm.</summary>
    private readonly long every = notice.Watchdog is { } patience ? (long)(patience.TotalSeconds / 4 * Stopwatch.Frequency) : long.MaxValue;
    private long last = Stopwatch.GetTimestamp();
    private volatile string? opened;

    /// <summary>The API answers from now on; the loop's next step makes the service ready.</summary>
    public void Opened(string status) => opened = status;

    /// <summary>Called by the loop after each step.</summary>
    public void Stepped()
    {
        if (opened is { } status)
        {
            opened = null;
            notice.Ready(status);
        }

        var now = Stopwatch.GetTimestamp();
        if (now - last >= every)
        {
            last = now;
            notice.Alive();
        }
    }
}
