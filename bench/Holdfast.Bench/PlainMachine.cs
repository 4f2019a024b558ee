using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>The very same machine without Holdfast: its folder copied to another lab's store, its definition as libvirt has it.</summary>
internal sealed partial class PlainMachine(string xml)
{
    /// <summary>Where the machine's sockets are; on hosts with the product its agent makes them.</summary>
    public static void MakeFolders(IEnumerable<LabHostStatus> hosts)
    {
        foreach (var host in hosts)
        {
            Directory.CreateDirectory($"/proc/{host.Pid}/root/run/holdfast/console");
            Directory.CreateDirectory($"/proc/{host.Pid}/root/run/holdfast/qmp");
        }
    }

    /// <summary>Copies what a machine needs from a host with the product to one without.</summary>
    public static async Task<PlainMachine> CopyAsync(string machine, LabHostStatus from, LabHostStatus to, CancellationToken cancel)
    {
        var xml = await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(from), "dumpxml", "--inactive", machine);
        var folders = SharedFile().Matches(xml).Select(m => m.Groups[1].Value).Where(f => f.StartsWith("/holdfast/shared/", StringComparison.Ordinal)).Distinct().ToArray();
        foreach (var file in folders)
        {
            var (source, target) = ($"/proc/{from.Pid}/root{file}", $"/proc/{to.Pid}/root{file}");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await Command.OutputAsync(cancel, "cp", "--sparse=never", source, target);
        }

        return new(xml);
    }

    /// <summary>Starts it with an empty disk: the disk was copied under a running guest, or left by another run, and its counter would find a gap.</summary>
    public async Task StartAsync(LabHostStatus host, CancellationToken cancel)
    {
        foreach (var disk in DiskFile().Matches(xml).Select(m => m.Groups[1].Value))
        {
            var target = $"/proc/{host.Pid}/root{disk}";
            var length = new FileInfo(target).Length;
            await Command.OutputAsync(cancel, "truncate", "-s", "0", target);
            await Command.OutputAsync(cancel, "truncate", "-s", length.ToString(CultureInfo.InvariantCulture), target);
        }

        var definition = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(definition, xml, cancel);
            await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(host), "create", definition);
        }
        finally
        {
            File.Delete(definition);
        }
    }

    [GeneratedRegex(@"(?:file='|<kernel>|<initrd>)([^'<]+)")]
    private static partial Regex SharedFile();

    [GeneratedRegex(@"<source file='([^']+)'")]
    private static partial Regex DiskFile();
}
