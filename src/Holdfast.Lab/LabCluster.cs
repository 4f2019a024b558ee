using System.Net.Sockets;
using Holdfast.Lab.Faults;
using Holdfast.Lab.Linux;
using Holdfast.Lab.Supervision;
using Holdfast.Lab.Truth;

namespace Holdfast.Lab;

/// <summary>
/// A cluster of namespaces on this machine. Every method takes the lab's name; all but <see cref="Up"/> and <see cref="Down"/> fail with a
/// <see cref="LabException"/> when there is no such lab. Root is needed.
/// </summary>
public static class LabCluster
{
    private static readonly string[] Services = ["libvirtd", "guard", "agent", "etcd", "store"];
    private static readonly TimeSpan FaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Names of the labs that left a state on this machine, running or not.</summary>
    public static IReadOnlyList<string> Names() => LabPaths.Names();

    /// <summary>Brings a lab up, or finishes one that is half up. Ends when every agent is ready and the datastore is usable. A cancelled call leaves nothing.</summary>
    /// <param name="options">What to build; of a lab that exists, only a name and equal options are accepted.</param>
    /// <param name="progress">One sentence a step.</param>
    public static async Task<LabStatus> Up(LabOptions options, IProgress<string> progress, CancellationToken cancel)
    {
        var had = LabState.Find(options.Name) is { Complete: true } && new LabPaths(options.Name).YardProcess is not null;
        var lab = await new LabBuilder(options, progress).Build(cancel);
        try
        {
            if (options.Product)
            {
                await new LabReadiness(lab, progress).Wait(cancel);
            }
        }
        catch (OperationCanceledException) when (!had)
        {
            await LabTeardown.Remove(options.Name);     // one that could not get ready stays, so that its logs can be read
            throw;
        }

        return Status(options.Name);
    }

    /// <summary>Takes a lab down, also a half built or half broken one; nothing of it is left. Not an error when there is none.</summary>
    public static async Task Down(string name, IProgress<string> progress, CancellationToken cancel)
    {
        var paths = new LabPaths(name);
        if (!Directory.Exists(paths.Run) && !Directory.Exists(paths.Disk))
        {
            progress.Report($"there is no lab '{name}'");
            return;
        }

        await using var one = await LabLock.Take(paths.Lock, $"the lab '{name}'", cancel);
        progress.Report($"taking the lab '{name}' down");
        await LabTeardown.Remove(name);
        File.Delete(paths.Lock);
    }

    /// <summary>A lab as it is now.</summary>
    public static LabStatus Status(string name)
    {
        var lab = LabState.Load(name);
        var faults = FaultDesk.Load(lab);
        var supervised = ProcessId.Read(lab.Paths.Supervisor) is { Alive: true };
        return new(name, lab.Paths.YardProcess is not null, supervised, lab.Acceleration, supervised ? ConsoleForward.Address(lab.Paths) : null,
            [.. lab.Hosts.Select(host => Status(lab, host, faults.Hung.ContainsKey(host)))], faults.Describe());
    }

    /// <summary>Where the reports of drills in this lab are kept; they go with it.</summary>
    public static string DrillReports(string name) => new LabPaths(name).Drills;

    /// <summary>Makes, or takes away, one fault. Ends when the fault is in effect.</summary>
    public static Task Fault(string name, LabFault fault, CancellationToken cancel) => Fault(LabState.Load(name), fault, cancel);

    /// <summary>Whether a host's agent holds its step at this point now.</summary>
    public static bool IsHeld(string name, string host, string point)
    {
        var lab = LabState.Load(name);
        return new PointFiles(host, lab.Paths.Host(lab.Known(host)).Points).IsHeld(point);
    }

    /// <summary>What really runs where, seen from outside.</summary>
    public static Task<TruthReport> Truth(string name, CancellationToken cancel) => TruthReader.Read(LabState.Load(name), cancel);

    /// <summary>Follows one machine's counter over all hosts for a time, or until cancelled.</summary>
    /// <param name="line">Called with each line as it is seen: time, host, counter.</param>
    public static Task<ObserveReport> Observe(string name, string machine, TimeSpan time, Action<DateTimeOffset, string, long>? line, CancellationToken cancel) =>
        new Observer(LabState.Load(name), machine).Follow(time, line, cancel);

    /// <summary>Runs a command inside a host with this terminal; returns its exit code.</summary>
    public static Task<int> Exec(string name, string host, IReadOnlyList<string> command, CancellationToken cancel) =>
        Shell.Attach(Inside(LabState.Load(name), host, command), cancel);

    /// <summary>Path of the socket of a host's agent on this machine. Without a host: the first host that is on, not hung, and whose agent has one.</summary>
    public static string AgentSocket(string name, string? host = null)
    {
        var lab = LabState.Load(name);
        var hung = FaultDesk.Load(lab).Hung;
        return host is not null
            ? lab.Paths.Host(lab.Known(host)).AgentSocket ?? throw Off(lab, host)
            : lab.Hosts.Where(one => !hung.ContainsKey(one)).Select(one => lab.Paths.Host(one).AgentSocket).FirstOrDefault(socket => socket is not null && Accepts(socket))
                ?? throw new LabException($"No agent of the lab '{name}' answers; 'holdfast lab status' shows its hosts, 'holdfast lab up' starts those that are off.");
    }

    /// <summary>
    /// Serves a lab's power switches and watchdogs until told to stop: the body of the hidden command
    /// <c>holdfast lab supervise --name NAME</c>, which <see cref="Up"/> starts.
    /// </summary>
    public static async Task<int> Supervise(string name, CancellationToken cancel)
    {
        await using var supervisor = new LabSupervisor(LabState.Load(name));
        await supervisor.Run(cancel);
        return 0;
    }

    internal static async Task Fault(LabState lab, LabFault fault, CancellationToken cancel)
    {
        string answer;
        try
        {
            answer = await LineServer.Ask(lab.Paths.Control, string.Join(' ', fault.Words), FaultLimit, cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new LabException($"The lab '{lab.Options.Name}' has no supervisor; 'holdfast lab up' starts it again.", e);
        }

        if (answer != "ok")
        {
            throw new LabException(answer.StartsWith("error ", StringComparison.Ordinal) ? answer[6..].Replace('\t', '\n') : answer);
        }
    }

    /// <summary>The words that run a command inside a host, in all of its namespaces.</summary>
    internal static IReadOnlyList<string> Inside(LabState lab, string host, IReadOnlyList<string> command)
    {
        var init = (host == LabState.Store ? lab.Paths.Host(host) : lab.Paths.Host(lab.Known(host))).InitProcess ?? throw Off(lab, host);
        return ["nsenter", "-t", $"{init.Pid}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd", "--",
            "env", "HOME=/root", "PATH=/holdfast/device:/holdfast/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", .. command];
    }

    private static LabHostStatus Status(LabState lab, string host, bool hung)
    {
        var paths = lab.Paths.Host(host);
        var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var network in lab.Options.Networks)
        {
            addresses[network.Name] = lab.Address(host, network);
        }

        return paths.InitProcess is { } init
            ? new(host, hung ? "hung" : "on", init.Pid, paths.AgentSocket, addresses, [.. Services.Where(service => HostProcesses.Find(init, service).Count > 0)])
            : new(host, "off", 0, null, addresses, []);
    }

    private static bool Accepts(string socket)
    {
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static LabException Off(LabState lab, string host) => new($"The host {host} of the lab '{lab.Options.Name}' is off; 'holdfast lab fault start {host}' starts it.");
}
