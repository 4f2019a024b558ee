namespace Holdfast.Lab;

/// <summary>
/// A cluster of namespaces on this machine. Every method takes the lab's name; all but <see cref="Up"/> fail with a
/// <see cref="LabException"/> when there is no such lab. Root is needed.
/// </summary>
public static class LabCluster
{
    /// <summary>Names of the labs that left a state on this machine, running or not.</summary>
    public static IReadOnlyList<string> Names() => throw Missing();

    /// <summary>Brings a lab up, or finishes one that is half up. Ends when every agent is ready and the datastore is usable. A cancelled call leaves nothing.</summary>
    /// <param name="options">What to build; of a lab that exists, only a name and equal options are accepted.</param>
    /// <param name="progress">One sentence a step.</param>
    public static Task<LabStatus> Up(LabOptions options, IProgress<string> progress, CancellationToken cancel) => throw Missing();

    /// <summary>Takes a lab down, also a half built or half broken one; nothing of it is left. Not an error when there is none.</summary>
    public static Task Down(string name, IProgress<string> progress, CancellationToken cancel) => throw Missing();

    /// <summary>A lab as it is now.</summary>
    public static LabStatus Status(string name) => throw Missing();

    /// <summary>Makes, or takes away, one fault. Ends when the fault is in effect.</summary>
    public static Task Fault(string name, LabFault fault, CancellationToken cancel) => throw Missing();

    /// <summary>What really runs where, seen from outside.</summary>
    public static Task<TruthReport> Truth(string name, CancellationToken cancel) => throw Missing();

    /// <summary>Follows one machine's counter over all hosts for a time, or until cancelled.</summary>
    /// <param name="line">Called with each line as it is seen: time, host, counter.</param>
    public static Task<ObserveReport> Observe(string name, string machine, TimeSpan time, Action<DateTimeOffset, string, long>? line, CancellationToken cancel) => throw Missing();

    /// <summary>Runs a command inside a host with this terminal; returns its exit code.</summary>
    public static Task<int> Exec(string name, string host, IReadOnlyList<string> command, CancellationToken cancel) => throw Missing();

    /// <summary>Path of the socket of a host's agent on this machine. Without a host: the first host that is on and whose agent answers.</summary>
    public static string AgentSocket(string name, string? host = null) => throw Missing();

    /// <summary>
    /// Serves a lab's power switches and watchdogs until told to stop: the body of the hidden command
    /// <c>holdfast lab supervise --name NAME</c>, which <see cref="Up"/> starts.
    /// </summary>
    public static Task<int> Supervise(string name, CancellationToken cancel) => throw Missing();

    private static LabException Missing() => new("The lab is not built yet.");
}
