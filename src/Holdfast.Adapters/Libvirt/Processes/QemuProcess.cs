using System.Globalization;
using System.Text;

namespace Holdfast.Adapters.Libvirt.Processes;

/// <summary>
/// A QEMU process of a Holdfast machine, read from its own command line, so without libvirt. <see cref="SocketEpoch"/> is the epoch under which this
/// process was started; after a migration's commit the machine's epoch is newer than its socket's.
/// </summary>
public sealed record QemuProcess(string Name, Guid Machine, ulong SocketEpoch, ProcessIdentity Process)
{
    /// <summary>All of them on this host. A process that ends meanwhile is left out.</summary>
    public static IReadOnlyList<QemuProcess> Scan(HostPaths paths)
    {
        var found = new List<QemuProcess>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(pid, paths) is { } qemu)
            {
                found.Add(qemu);
            }
        }

        return found;
    }

    /// <summary>The process that libvirt's pid file names, if it really is this machine's QEMU; null otherwise.</summary>
    public static QemuProcess? FromPidFile(string name, Guid machine, HostPaths paths)
    {
        try
        {
            var text = File.ReadAllText(paths.Seen(paths.PidFile(name))).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Read(pid, paths) is { } qemu && qemu.Machine == machine && qemu.Name == name ? qemu : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The process with this pid, if it is a QEMU that Holdfast's XML started.</summary>
    public static QemuProcess? Read(int pid, HostPaths paths)
    {
        try
        {
            if (ProcessIdentity.Of(pid) is not { } identity)
            {
                return null;
            }

            var qemu = Parse(File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")), identity, paths);

            // Asked again: the pid may have changed hands between the two reads.
            return qemu is not null && paths.IsMine(pid) && identity.Exists ? qemu : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static QemuProcess? Parse(ReadOnlySpan<byte> commandLine, ProcessIdentity identity, HostPaths paths)
    {
        if (!commandLine.StartsWith("/"u8) || commandLine.IndexOf("guest="u8) < 0)
        {
            return null;
        }

        var arguments = Encoding.UTF8.GetString(commandLine).Split('\0');
        string? name = null;
        Guid? machine = null;
        ulong? epoch = null;
        for (var index = 0; index + 1 < arguments.Length; index++)
        {
            var value = arguments[index + 1];
            switch (arguments[index])
            {
                case "-name" when value.StartsWith("guest=", StringComparison.Ordinal):
                    name = value["guest=".Length..].Split(',')[0];
                    break;
                case "-uuid" when Guid.TryParse(value, out var id):
                    machine = id;
                    break;
                case "-qmp" when name is not null && epoch is null:
                    epoch = EpochOf(value, name, paths);
                    break;
            }
        }

        return name is not null && machine is { } found && epoch is { } number ? new QemuProcess(name, found, number, identity) : null;
    }

    private static ulong? EpochOf(string option, string name, HostPaths paths)
    {
        var prefix = $"unix:{paths.QmpDirectory}/{name}-";
        if (!option.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var end = option.IndexOf('.', prefix.Length);
        return end > 0 && ulong.TryParse(option.AsSpan(prefix.Length, end - prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : null;
    }
}
