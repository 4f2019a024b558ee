using System.Text;

namespace Holdfast.Lab.Guest;

/// <summary>Which kernel modules the guest loads, in an order in which each finds what it depends on.</summary>
internal static class KernelModules
{
    internal static readonly IReadOnlyList<string> Wanted = ["virtio_pci", "virtio_blk", "virtio_net", "virtio_balloon", "virtio_console", "button", "evdev"];

    /// <param name="file">The path of a module by its name, null for one that is built into the kernel.</param>
    internal static IReadOnlyList<string> InOrder(Func<string, string?> file, Func<string, byte[]> read)
    {
        var files = new List<string>();
        void Add(string module)
        {
            if (file(module) is { } path && !files.Contains(path))
            {
                foreach (var dependency in Dependencies(read(path)))
                {
                    Add(dependency);
                }

                files.Add(path);
            }
        }

        foreach (var module in Wanted)
        {
            Add(module);
        }

        return files;
    }

    /// <summary>From the module's .modinfo section: "depends=a,b", ended by a zero byte.</summary>
    internal static IReadOnlyList<string> Dependencies(ReadOnlySpan<byte> module)
    {
        ReadOnlySpan<byte> key = "\0depends="u8;
        var at = module.IndexOf(key);
        if (at < 0)
        {
            return [];
        }

        var value = module[(at + key.Length)..];
        return Encoding.ASCII.GetString(value[..value.IndexOf((byte)0)]).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}
