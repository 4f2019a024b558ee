using System.Globalization;
using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// A file beside a QEMU process's sockets: its guest was asked to shut down so that the machine runs elsewhere. It outlives the agent, and means nothing for any other process than the one it names.
/// </summary>
internal static class LetGoMark
{
    public static void Set(HostPaths paths, QemuProcess qemu) => File.WriteAllText(PathOf(paths, qemu), Text(qemu.Process));

    public static bool IsSet(HostPaths paths, QemuProcess qemu)
    {
        try
        {
            return File.ReadAllText(PathOf(paths, qemu)) == Text(qemu.Process);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static void Clear(HostPaths paths, QemuProcess qemu) => File.Delete(PathOf(paths, qemu));

    private static string PathOf(HostPaths paths, QemuProcess qemu) => paths.Seen(paths.LetGoMark(qemu.Name, qemu.SocketEpoch));

    private static string Text(ProcessIdentity process) => string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTime}");
}
