using System.Globalization;
using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// A file beside a QEMU process's sockets: its guest's file systems may rest, because a snapshot was being taken. It outlives the agent, so that the next one lets them go on; without it a guest
/// would stand still for ever when an agent is killed in that moment.
/// </summary>
internal static class QuiescedMark
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

    private static string PathOf(HostPaths paths, QemuProcess qemu) => paths.Seen(paths.QuiescedMark(qemu.Name, qemu.SocketEpoch));

    private static string Text(ProcessIdentity process) => string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTime}");
}
