using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Truth;

/// <summary>
/// Where the guests' words are: <c>NAME.ID.log</c> on every host that ran the machine, ID being the first eight digits of its id, so that a machine
/// is never credited with the counts of an earlier one of its name. A domain that the product did not make may write <c>NAME.log</c>.
/// </summary>
internal static class SerialLogs
{
    internal static IEnumerable<string> Machines(LabState lab) => Files(lab, "*.log").Select(file => Path.GetFileName(file.Path).Split('.')[0]).Distinct();

    /// <summary>The logs of one machine: of the process that runs now, or, when none does, of the machine of that name that wrote last.</summary>
    internal static IReadOnlyList<(string Host, string Path)> Of(LabState lab, string machine, string? id)
    {
        var named = Files(lab, $"{machine}.log").Concat(Files(lab, $"{machine}.*.log")).GroupBy(file => Path.GetFileName(file.Path), StringComparer.Ordinal).ToList();
        var running = named.Where(group => group.Key == $"{machine}.{id}.log" || group.Key == $"{machine}.log");
        var chosen = id is not null ? running.MaxBy(group => group.Key.Length) : named.MaxBy(group => group.Max(file => File.GetLastWriteTimeUtc(file.Path)));
        return [.. chosen ?? Enumerable.Empty<(string, string)>()];
    }

    /// <summary>The id by which the running process of a machine logs; null when none runs.</summary>
    internal static string? RunningId(LabState lab, string machine) => lab.Hosts
        .Select(host => lab.Paths.Host(host).InitProcess).OfType<ProcessId>()
        .SelectMany(HostProcesses.Of).Select(HostProcesses.CommandLine)
        .Where(command => HostProcesses.Machine(command) == machine).Select(HostProcesses.LogId).FirstOrDefault();

    private static IEnumerable<(string Host, string Path)> Files(LabState lab, string pattern) => lab.Hosts
        .Where(host => Directory.Exists(lab.Paths.Host(host).SerialLogs))
        .SelectMany(host => Directory.EnumerateFiles(lab.Paths.Host(host).SerialLogs, pattern).Select(file => (host, file)));
}
