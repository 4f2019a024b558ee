using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>How this host has mounted what a path lies on. It asks the kernel alone, and no file server.</summary>
public static class StoreMounts
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Null: the kernel does not say.</summary>
    public static async Task<StoreMount?> OfAsync(string path)
    {
        try
        {
            var mounts = await BlockingWork.RunAsync("reading the mounts", Limit, () => File.ReadAllText("/proc/self/mountinfo"));
            return MountPoint.Of(path.Length > 1 ? path.TrimEnd('/') : path, MountPoint.Parse(mounts)) is { } mount ? new(mount.Place, mount.Type, mount.Source, mount.Options) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return null;
        }
    }
}
