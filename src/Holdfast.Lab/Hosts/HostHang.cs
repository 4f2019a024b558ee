using System.Diagnostics;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Hosts;

/// <summary>Stops every process of a host, as when its kernel hangs: the links stay up, nothing answers.</summary>
internal static class HostHang
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Ends when all threads are seen stopped; a host that cannot be stopped whole goes on.</summary>
    /// <returns>The processes that were stopped already before.</returns>
    internal static async Task<IReadOnlyList<int>> Hang(string host, ProcessId init)
    {
        var before = HostProcesses.Of(init).Where(HostProcesses.Stopped).ToList();
        try
        {
            // The store's client last: a thread that waits for its answer waits in the kernel, where no stop reaches it.
            await Stop(host, () => HostProcesses.Of(init).Except(HostProcesses.Find(init, "store")));
            await Stop(host, () => HostProcesses.Of(init));
            return before;
        }
        catch (LabException)
        {
            Unhang(init, before);
            throw;
        }
    }

    private static async Task Stop(string host, Func<IEnumerable<int>> processes)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(1))
        {
            // Again and again: a process that was just forking has a child that the first pass did not see.
            var running = processes().Where(pid => !HostProcesses.Stopped(pid)).ToList();
            if (running.Count == 0)
            {
                return;
            }

            running.ForEach(pid => Native.Kill(pid, Native.SigStop));
            if (since.Elapsed > Limit)
            {
                throw new LabException($"The host {host} does not hang: process {running[0]} is not stopped after {Limit.TotalSeconds:0} s (it waits in the kernel).");
            }
        }
    }

    /// <summary>Lets the host go on, but not what was stopped before the hang: a guard may have frozen it.</summary>
    internal static void Unhang(ProcessId init, IReadOnlyCollection<int> stoppedBefore)
    {
        foreach (var pid in HostProcesses.Of(init).Where(pid => !stoppedBefore.Contains(pid)).ToList())
        {
            _ = Native.Kill(pid, Native.SigCont);
        }
    }
}
