namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="paths">Where to look, each with what it is for.</param>
/// <param name="measure">Free and whole MiB of a path's file system; may hang with its server.</param>
internal sealed class SpaceCheck(IReadOnlyList<(string What, string Path)> paths, Func<string, (long FreeMiB, long AllMiB)> measure, TimeSpan limit) : ICheck
{
    private const long FewMiB = 1024, NoneMiB = 100;

    public string Name => "space";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => await Task.WhenAll(paths.Select(LookAsync));

    private async Task<Finding> LookAsync((string What, string Path) place)
    {
        try
        {
            var (free, all) = await Adapters.Linux.BlockingWork.RunAsync($"measuring {place.Path}", limit, () => measure(place.Path));
            var left = $"{place.What}: {free} of {all} MiB are free in {place.Path}";
            return free < NoneMiB ? Finding.Failed(left, "make room; what the agent and QEMU write there fails")
                : free < FewMiB ? Finding.Warning(left, "make room before it is full") : Finding.Ok(left);
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Unknown($"{place.What}: {e.Message.TrimEnd('.')}", $"see 'df {place.Path}'");
        }
    }

    public static (long FreeMiB, long AllMiB) Measure(string path)
    {
        // The nearest directory that is there: an agent that never ran has not made its own yet.
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at))
            {
                var drive = new DriveInfo(at);
                return (drive.AvailableFreeSpace >> 20, drive.TotalSize >> 20);
            }
        }

        throw new IOException($"{path} is not there.");
    }
}
