using Holdfast.Lab.Faults;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab;

/// <summary>Takes a lab away, whatever there is of it: by its processes and folders, not by what its state says should be there.</summary>
internal static class LabTeardown
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static async Task Remove(string name)
    {
        var paths = new LabPaths(name);
        if (ProcessId.Read(paths.Supervisor) is { Alive: true } supervisor && supervisor.Pid != Environment.ProcessId)
        {
            supervisor.Signal(Native.SigKill);
            await supervisor.Gone(Limit);
        }

        // Every process of the lab lives in the yard's pid namespace or below: the yard's init takes them all along.
        if (ProcessId.Read(paths.Yard) is { Alive: true } yard)
        {
            yard.Signal(Native.SigKill);
            if (!await yard.Gone(Limit))
            {
                throw new LabException($"The lab '{name}' does not end: a process of it hangs in the kernel since {Limit.TotalSeconds:0} s.");
            }
        }

        await StoreFiles.Release(paths);
        foreach (var folder in new[] { paths.Disk, paths.Run })
        {
            await Delete(folder);
        }

        RemoveEmpty(LabPaths.DiskRoot);
    }

    private static async Task Delete(string folder)
    {
        for (var since = System.Diagnostics.Stopwatch.StartNew(); Directory.Exists(folder); await Task.Delay(50))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && since.Elapsed < Limit)
            {
                // A mount of a namespace that the kernel is still taking down.
            }
        }
    }

    private static void RemoveEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
