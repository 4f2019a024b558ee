namespace Holdfast.Cli.Commands.Demo;

/// <summary>The logs of a lab's hosts, which outlive a crash of the host but not the lab.</summary>
internal static class LabLogs
{
    public static IReadOnlyList<string> Files(string lab)
    {
        var hosts = $"/var/lib/holdfast-lab/{lab}/hosts";
        return !Directory.Exists(hosts) ? [] :
        [
            .. Directory.EnumerateDirectories(hosts).Order(StringComparer.Ordinal)
                .SelectMany(host => new[] { "log/holdfast/agent.log", "log/holdfast/guard.log", "lib/holdfast/events.jsonl" }.Select(name => $"{host}/var/{name}"))
                .Where(File.Exists),
        ];
    }

    public static IEnumerable<string> Tail(string file, int lines)
    {
        var last = new Queue<string>();
        foreach (var line in File.ReadLines(file))
        {
            if (last.Count == lines)
            {
                last.Dequeue();
            }

            last.Enqueue(line);
        }

        return last;
    }
}
