using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Daemon.Events;

/// <summary>The last event of each kind in files of JSON lines, the older file first: what was once seen at work, also before the agent's start.</summary>
internal static class LatestEvents
{
    /// <exception cref="IOException">A file is there and cannot be read.</exception>
    public static ClusterEvent[] Read(params IEnumerable<string> files)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in files.Where(File.Exists).SelectMany(File.ReadLines))
        {
            // A line that was torn by a crash has no end, and the next event behind it. Only the last of a kind is worth parsing.
            if (line.LastIndexOf("{\"number\":", StringComparison.Ordinal) == 0 && line.EndsWith('}') && Kind(line) is { } kind)
            {
                lines[kind] = line;
            }
        }

        return [.. lines.Values.Select(Parse).OfType<ClusterEvent>().OrderBy(e => e.At)];
    }

    private static string? Kind(string line)
    {
        const string field = "\"kind\":\"";
        var start = line.IndexOf(field, StringComparison.Ordinal) + field.Length;
        return start < field.Length || line.IndexOf('"', start) is not (> 0 and var end) ? null : line[start..end];
    }

    private static ClusterEvent? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ApiJson.Default.ClusterEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
