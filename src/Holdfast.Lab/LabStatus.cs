namespace Holdfast.Lab;

/// <summary>A lab as it is now, read from its state and from /proc.</summary>
/// <param name="Name">The lab's name.</param>
/// <param name="Running">Whether its namespaces exist.</param>
/// <param name="Supervisor">Whether its power switches and watchdogs are served.</param>
/// <param name="Acceleration">kvm or tcg.</param>
/// <param name="Console">Where a browser on this machine finds the console of the lab's agents, if it is served.</param>
public sealed record LabStatus(string Name, bool Running, bool Supervisor, string Acceleration, string? Console,
    IReadOnlyList<LabHostStatus> Hosts, IReadOnlyList<string> Faults);

/// <summary>One host of a lab.</summary>
/// <param name="Power">on, off or hung.</param>
/// <param name="Pid">Outer pid of the host's init, 0 when it is off.</param>
/// <param name="Socket">Path, on this machine, of the socket of the host's agent; null when it is off.</param>
/// <param name="Services">Which of libvirtd, guard, agent, etcd, store are there.</param>
public sealed record LabHostStatus(string Name, string Power, int Pid, string? Socket,
    IReadOnlyDictionary<string, string> Addresses, IReadOnlyList<string> Services);
