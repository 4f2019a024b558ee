namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// Where a machine's sockets, tickets and logs lie on its host. The plain members are paths as libvirt and QEMU see them;
/// <see cref="Seen"/> gives the path under which this process sees the same file (it differs only where the host is a lab's mount namespace).
/// </summary>
public sealed record HostPaths
{
    /// <summary>Prefix under which this process sees the host's files; empty on a real host.</summary>
    public string Root { get; init; } = "";

    /// <summary>Whether a process of /proc is this host's; only where several hosts share one /proc, as in a test, does it say no.</summary>
    public Func<int, bool> IsMine { get; init; } = static _ => true;

    public string Run { get; init; } = "/run/holdfast";

    public string SerialLogs { get; init; } = "/var/log/holdfast/serial";

    public string LibvirtRun { get; init; } = "/run/libvirt";

    public string LibvirtHooks { get; init; } = "/etc/libvirt/hooks";

    public string QmpDirectory => $"{Run}/qmp";

    public string ConsoleDirectory => $"{Run}/console";

    public string TicketDirectory => $"{Run}/tickets";

    /// <summary>The agent's own QMP socket of one QEMU process.</summary>
    public string QmpSocket(string name, ulong epoch) => $"{QmpDirectory}/{name}-{epoch}.sock";

    /// <summary>A second QMP socket, for the guard: a QMP server talks to one client at a time.</summary>
    public string GuardQmpSocket(string name, ulong epoch) => $"{QmpDirectory}/{name}-{epoch}.guard.sock";

    /// <summary>There while one QEMU process is shut down so that its machine runs elsewhere.</summary>
    public string LetGoMark(string name, ulong epoch) => $"{QmpDirectory}/{name}-{epoch}.let-go";

    /// <summary>There while the file systems of one QEMU process's guest may rest for a snapshot.</summary>
    public string QuiescedMark(string name, ulong epoch) => $"{QmpDirectory}/{name}-{epoch}.quiesced";

    public string ConsoleSocket(string name) => $"{ConsoleDirectory}/{name}.sock";

    public string SerialLog(string name, Guid id) => $"{SerialLogs}/{name}.{id.ToString("N")[..8]}.log";

    public string PidFile(string name) => $"{LibvirtRun}/qemu/{name}.pid";

    public string Ticket(Guid machine, ulong epoch) => $"{TicketDirectory}/{machine:D}-{epoch}";

    public string Seen(string path) => Root + path;

    /// <summary>Makes the directories that a start needs. QEMU creates the QMP sockets itself, so its user must be able to write there.</summary>
    public void EnsureDirectories()
    {
        foreach (var directory in (ReadOnlySpan<string>)[QmpDirectory, ConsoleDirectory, TicketDirectory, SerialLogs])
        {
            Directory.CreateDirectory(Seen(directory));
        }
    }
}
