using Holdfast.Lab.Linux;

namespace Holdfast.Lab;

/// <summary>Where a lab keeps what: its state under /run, the disks of its hosts and of its store under /var/lib.</summary>
internal sealed record LabPaths(string Name)
{
    internal const string RunRoot = "/run/holdfast-lab";
    internal const string DiskRoot = "/var/lib/holdfast-lab";
    internal const string Cache = "/var/cache/holdfast";

    internal string Run => $"{RunRoot}/{Name}";
    internal string Disk => $"{DiskRoot}/{Name}";

    /// <summary>Reports of drills. On disk: they survive the hosts' crashes, not the lab.</summary>
    internal string Drills => $"{Disk}/drills";
    internal string State => $"{Run}/lab.json";
    internal string Faults => $"{Run}/faults.json";
    internal string Yard => $"{Run}/yard";
    internal string Supervisor => $"{Run}/supervisor";
    internal string SupervisorLog => $"{Run}/supervisor.log";
    /// <summary>Where a browser on this machine finds the lab's console.</summary>
    internal string Console => $"{Run}/console";
    internal string Control => $"{Run}/control.sock";

    /// <summary>One command at a time works on a lab; the lock lies outside, so that it survives the lab's end.</summary>
    internal string Lock => $"{RunRoot}/.{Name}.lock";

    internal ProcessId? YardProcess => ProcessId.Read(Yard) is { Alive: true } process ? process : null;

    internal HostPaths Host(string host) => new(this, host);

    internal static IReadOnlyList<string> Names() => !Directory.Exists(RunRoot) ? [] :
        [.. Directory.EnumerateDirectories(RunRoot).Select(folder => Path.GetFileName(folder)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
}

/// <summary>The folders of one host, or of the store, as this machine sees them.</summary>
internal sealed record HostPaths(LabPaths Lab, string Host)
{
    internal string Run => $"{Lab.Run}/hosts/{Host}";

    /// <summary>The host's hardware as it sees it: power and watchdog sockets, and its scripts. In the host: /holdfast/device.</summary>
    internal string Device => $"{Run}/device";

    /// <summary>Where the host's agent is told which of its steps it shall hold, in a lab that can.</summary>
    internal string Points => $"{Device}/points";
    internal string Root => $"{Run}/root";
    internal string Boot => $"{Run}/boot.sh";
    internal string Console => $"{Run}/console.log";
    internal string Init => $"{Run}/init";
    internal string Up => $"{Run}/up";

    /// <summary>What survives a crash of the host.</summary>
    internal string Disk => $"{Lab.Disk}/hosts/{Host}";
    internal string SerialLogs => $"{Disk}/var/log/holdfast/serial";
    internal string Logs => $"{Disk}/var/log/holdfast";

    internal ProcessId? InitProcess => ProcessId.Read(Init) is { Alive: true } process ? process : null;

    internal string? AgentSocket => InitProcess is { } init ? $"/proc/{init.Pid}/root/run/holdfast/holdfastd.sock" : null;

    internal string? ConsoleSocket(string machine) => InitProcess is { } init ? $"/proc/{init.Pid}/root/run/holdfast/console/{machine}.sock" : null;
}
