using System.Collections.Immutable;
using System.Net;
using Holdfast.Core.Topology;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>Which servers this host itself needs: resolv.conf(5), chrony.conf(5), ntp.conf(5) and timesyncd.conf(5). A server that is given by name, and none on this host itself, is not in the answer.</summary>
internal static class ServerNeeds
{
    private const string Names = "names", Time = "time";
    private static readonly string[] Files = ["/etc/resolv.conf", "/etc/chrony/chrony.conf", "/etc/chrony.conf", "/etc/ntpsec/ntp.conf", "/etc/ntp.conf", "/etc/systemd/timesyncd.conf"];
    private static readonly string[] Folders = ["/etc/chrony/sources.d", "/etc/chrony/conf.d", "/etc/systemd/timesyncd.conf.d"];

    /// <summary>Reads the disk. What is not there, or may not be read, names nothing.</summary>
    public static ImmutableArray<SeenNeed> Read() => Parse([.. Files.Concat(Folders.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)).SelectMany(TextOf)]);

    /// <param name="texts">Path and content of the files.</param>
    internal static ImmutableArray<SeenNeed> Parse(params IEnumerable<(string Path, string Text)> texts) =>
        [.. texts.SelectMany(f => f.Text.Split('\n').SelectMany(line => Line(f.Path, line))).Where(n => IPAddress.TryParse(n.Address, out var ip) && !IPAddress.IsLoopback(ip)).Distinct()];

    private static IEnumerable<(string Path, string Text)> TextOf(string path)
    {
        try
        {
            return File.Exists(path) ? [(path, File.ReadAllText(path))] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<SeenNeed> Line(string path, string line) => line.Trim().Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["nameserver", var address, ..] when path.EndsWith("resolv.conf", StringComparison.Ordinal) => [new(Names, address)],
        ["server" or "peer" or "pool", var address, ..] => [new(Time, address)],
        [var first, .. var more] when first.StartsWith("NTP=", StringComparison.Ordinal) => [new(Time, first[4..]), .. more.Select(m => new SeenNeed(Time, m))],
        _ => [],
    };
}
