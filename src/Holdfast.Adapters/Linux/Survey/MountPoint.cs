using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>One mount, from /proc/self/mountinfo (proc_pid_mountinfo(5)). Reading that asks no file server, so it does not hang with one.</summary>
/// <param name="Server">Address of the file server, where type, source or options give one; a name is not looked up, as that could hang.</param>
internal sealed record MountPoint(string Place, string Type, string Source, IPAddress? Server)
{
    /// <summary>Of the mount and of its file system, as the kernel writes them.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    public static ImmutableArray<MountPoint> Parse(string text) => [.. text.Split('\n').Select(Line).OfType<MountPoint>()];

    /// <summary>The mount that a path lies on: the longest, and of these the last, which covers the others.</summary>
    public static MountPoint? Of(string path, IEnumerable<MountPoint> mounts) => mounts
        .Where(m => m.Place == "/" || path == m.Place || path.StartsWith($"{m.Place}/", StringComparison.Ordinal)).Reverse().MaxBy(m => m.Place.Length);

    /// <summary>"36 35 98:0 /root /place options… - type source options".</summary>
    private static MountPoint? Line(string line)
    {
        var halves = line.Split(" - ", 2);
        return halves is [var front, var back] && front.Split(' ') is [_, _, _, _, var place, var mount, ..] && back.Split(' ') is [var type, var source, ..] fields
            ? new(Plain(place), type, Plain(source), ServerOf(Plain(source), fields.Length > 2 ? fields[2] : "")) { Options = [.. mount.Split(','), .. fields.Length > 2 ? fields[2].Split(',') : []] } : null;
    }

    private static IPAddress? ServerOf(string source, string options)
    {
        // NFS and CIFS say in the options which address they speak to; Gluster and Ceph have it, or a name, in the source.
        var told = options.Split(',').FirstOrDefault(o => o.StartsWith("addr=", StringComparison.Ordinal))?["addr=".Length..];
        var named = source.StartsWith('[') ? source[1..Math.Max(1, source.IndexOf(']', StringComparison.Ordinal))] : source.Split(':', ',')[0];
        return IPAddress.TryParse(told ?? (source.Contains(':', StringComparison.Ordinal) ? named : null), out var address) ? address : null;
    }

    /// <summary>Blanks, tabs, newlines and backslashes are written as three octal digits.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            var coded = text[at] == '\\' && at + 3 < text.Length && text[(at + 1)..(at + 4)].All(c => c is >= '0' and <= '7');
            plain.Append(coded ? (char)Convert.ToInt32(text[(at + 1)..(at + 4)], 8) : text[at]);
            at += coded ? 3 : 0;
        }

        return plain.ToString();
    }
}
