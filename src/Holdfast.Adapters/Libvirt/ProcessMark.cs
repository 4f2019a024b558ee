using System.Globalization;
using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// A file beside a QEMU process's sockets that says what was begun with it. It outlives the agent, and means nothing for any other process than the one it names.
/// </summary>
internal sealed class ProcessMark
{
    /// <summary>Its guest was asked to shut down so that the machine runs elsewhere.</summary>
    public static readonly ProcessMark LetGo = new((paths, qemu) => paths.LetGoMark(qemu.Name, qemu.SocketEpoch));

    /// <summary>
    /// Its guest's file systems may rest, because a snapshot was being taken: the next agent lets them go on. Without it a guest would stand still for ever when an agent is killed in that moment.
    /// </summary>
    public static readonly ProcessMark Quiesced = new((paths, qemu) => paths.QuiescedMark(qemu.Name, qemu.SocketEpoch));

    private readonly Func<HostPaths, QemuProcess, string> place;

    private ProcessMark(Func<HostPaths, QemuProcess, string> place) => this.place = place;

    public void Set(HostPaths paths, QemuProcess qemu) => File.WriteAllText(PathOf(paths, qemu), Text(qemu.Process));

    public bool IsSet(HostPaths paths, QemuProcess qemu)
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

    public void Clear(HostPaths paths, QemuProcess qemu) => File.Delete(PathOf(paths, qemu));

    private string PathOf(HostPaths paths, QemuProcess qemu) => paths.Seen(place(paths, qemu));

    private static string Text(ProcessIdentity process) => string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTime}");
}
