using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Hook;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Linux.Survey;
using Holdfast.Adapters.Network;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Intents;
using Holdfast.Daemon.Metrics;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Guarding;
using Holdfast.Runtime.Hosting;
using Holdfast.Runtime.Ports;

namespace Holdfast.Daemon.Hosting;

/// <summary>One host's agent, put together. Ending it touches no machine: QEMU, the guard and etcd go on, and the next agent takes them up.</summary>
/// <param name="faultPoints">Folder in which a lab asks for steps to be held; null, as everywhere else: there are no such points.</param>
internal sealed class HostNode(DaemonOptions options, string? faultPoints, Action<string> say)
{
    private readonly HostMeter meter = new();
    private readonly HostPaths paths = new();

    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(options.StateDirectory);
        ApiServer.TakeSocket(options.Socket);
        var key = new ClusterKey(options.ClusterId, HostIdentity.Secrets(options.SecretFile));
        var map = Map();
        await using var tls = options.Tls ? new HostTls(options, say) : null;
        var etcd = Etcd() with { Tls = tls?.Etcd };
        using var service = ServiceNotice.OfProcess();
        var notice = new LoopNotice(service);
        await GuardInquiry.SameWatchdogAsync(options, TimeSpan.FromSeconds(10));
        var clock = new BootClock();

        using var heartbeats = new HeartbeatPort(map, key, options.HeartbeatPort);
        using var peerPort = new PeerPort(map, key, options.PeerPort);
        using var guard = new GuardPort(options.GuardSocket);
        await using var connection = new LibvirtConnection(new CallThreads(), options.LibvirtUri);
        await using var hypervisor = new LibvirtHypervisor(connection, paths, new HypervisorOptions
        {
            GuestBridge = options.Bridge,
            Acceleration = options.Acceleration == "kvm" ? Acceleration.Kvm : Acceleration.Tcg,
            Migration = new() { DisksCheckedByUs = true, Encrypted = options.MigrationTls },
        });
        await using var member = new EtcdProcess(etcd);
        await using var intent = new EtcdIntentStore(etcd);
        var sealing = new Sealing(key, options.Host);
        using var peers = new PeerAgents(options, (peer, from) => tls?.To(peer, from) ?? sealing.Way);

        var broken = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ports = new AgentPorts(clock, new LeaseAreas(clock, Path.GetDirectoryName(options.Socket)!), guard, hypervisor, heartbeats, peerPort, FenceLevels.Devices(options), new DefinitionStore());
        ports = faultPoints is null ? ports : FaultPoints.Around(ports, faultPoints);
        using var agent = new AgentLoop(Settings(), new ClusterId(options.ClusterId), ports, e => broken.TrySetResult(e));
        await using var events = new EventLog(options.Host, Path.Combine(options.StateDirectory, "events.jsonl"), id => NameOf(agent, intent, id));
        var lifetime = new LifetimeMetrics();
        agent.Decided = decision =>
        {
            events.Add(decision);
            lifetime.Decided(decision);
        };
        agent.Stepped = took =>
        {
            lifetime.Stepped(took);
            notice.Stepped();
        };
        member.Changed = text => events.Add("etcd", null, text);
        connection.Threads.CallHung += (what, after) => events.Add("libvirt.hung", null, $"libvirt has not answered {what} for {after.TotalSeconds:0.#} s.");

        using var addresses = new AddressProbe(options.IsolationAddresses.Select(IPAddress.Parse), (address, answers) => events.Add(
            answers ? "address-answers" : "address-silent", null, $"the isolation address {address} {(answers ? "answers again" : "does not answer")} (evidence only)", options.Host));
        using var survey = new HostSurvey(
            options.Networks.Select(n => new SurveyedNetwork(n.Name, n.Interface ?? (n.Has("guest") ? options.Bridge : null), n.Address)), () => agent.Snapshot.Datastores.Select(d => new SurveyedDatastore(d.Name, d.Path)));
        using var guests = new GuestAddresses(options, events, () => clock.Now, agent, intent);
        hypervisor.Announcing = guests.Announce;
        var tokens = new TokenBook(Path.Combine(options.StateDirectory, "tokens.json"));
        await using var audit = new AuditLog(options.Host, Path.Combine(options.StateDirectory, "audit"), AuditLog.FileMiB << 20, options.AuditMiB / AuditLog.FileMiB);
        await using var app = ApiServer.Build(options.Socket, options.Listen, tls);
        var stopping = app.Lifetime.ApplicationStopping;
        var views = new ClusterViews(options, agent, intent, peers);
        var arm = new ArmBook(Path.Combine(options.StateDirectory, "disarmed.json"), agent);
        var drain = new DrainBook(Path.Combine(options.StateDirectory, "drained.json"), agent);
        var orders = new MachineOrders(options, agent, intent, views, peers, guests.Check);
        var parts = new HostParts(
            options, agent, intent, views, peers, new TaskBoard(options.Host), events,
            new MachineCreation(options, agent, intent, orders, guests.Check), orders, new MachineSettings(intent), new DatastoreAddition(options, agent, intent, peers, FormatAsync), arm, new HostDraining(options.Host, agent, drain), addresses, new SightBook(options.Host, () => survey.Sight, peers),
            () => [.. Alarms(member, connection), .. guests.Alarms, .. survey.MountFaults, .. ((string?[])[audit.Problem, tls?.Problem]).OfType<string>()], () => options.Watchdog is null ? "none" : "armed",
            tokens, new AccessControl(options, tokens, options.Tls ? null : new Seals(key, options.Hosts.Select(h => h.Name))), audit, lifetime, stopping);
        ApiServer.Map(app, parts, paths);

        InstallHook();
        var book = new DatastoreBook(Path.Combine(options.StateDirectory, DatastoreBook.FileName), agent);
        var definitions = new DefinitionBook(agent.Redefine);
        tls?.Start();
        connection.Start();
        member.Start();
        heartbeats.Start();
        peerPort.Start();
        addresses.Start();
        guests.Start();
        drain.Load();
        agent.Start();
        book.Load();
        tokens.Load();
        arm.Load();
        intent.Changed = () =>
        {
            book.Tell(intent.View.Datastores.Values);
            tokens.Tell(intent.View);
            definitions.Tell(intent.View.Machines);
            agent.Measured(Conditions(agent, intent));
        };
        intent.Start();
        survey.Start();
        var clocks = new ClockWatch(TimingPlan.Find(options.Profile)!.ClockRateTolerance);
        using var measuring = new Timer(_ => Measure(agent, intent, clocks, guests), null, TimeSpan.Zero, AgentRhythm.MeasureEvery);
        _ = WarmAsync(hypervisor, connection);

        await app.StartAsync();
        ApiServer.Open(options.Socket);
        var answers = $"holdfastd of {options.Host} (cluster {options.Cluster}) answers at {options.Socket}{(options.Listen is { } l ? $" and {l}" : "")}";
        say(answers);
        notice.Opened(answers);
        var stopped = app.WaitForShutdownAsync();
        if (await Task.WhenAny(stopped, broken.Task) == stopped)
        {
            service.Stopping();
            say("holdfastd ends; machines, guard and etcd go on");
            return 0;
        }

        // Safety: an agent whose core is not sound decides nothing more. The guard renews on, and the next agent begins from what is true.
        var exception = await broken.Task;
        await Console.Error.WriteLineAsync($"holdfastd: the agent's core failed, so this process ends: {exception}");
        Environment.Exit(70);
        return 70;
    }

    private static string? NameOf(AgentLoop agent, EtcdIntentStore intent, Guid id) =>
        intent.View.Machines.GetValueOrDefault(id)?.Definition.Name ?? agent.Snapshot.Machines.FirstOrDefault(m => m.Id == id)?.Name;

    private static async Task WarmAsync(LibvirtHypervisor hypervisor, LibvirtConnection connection)
    {
        if (await connection.WaitConnectedAsync(TimeSpan.FromSeconds(30)))
        {
            await hypervisor.WarmAsync();
        }
    }

    private NetworkMap Map() => new(
        options.Slot,
        [.. options.Networks.Where(n => n.Address.Length > 0).OrderByDescending(n => n.Has("cluster")).Select(n => new LocalNetwork(n.Name, IPAddress.Parse(n.Address)))],
        [.. options.Hosts.Select(h => new HostAddresses(h.Name, h.Slot, h.Addresses.ToImmutableSortedDictionary(a => a.Key, a => IPAddress.Parse(a.Value))))]);

    private EtcdOptions Etcd()
    {
        var section = options.Etcd!;
        var cluster = options.Networks.First(n => n.Has("cluster")).Name;
        var hosts = options.Hosts.ToDictionary(h => h.Name);
        return new EtcdOptions(
            options.ClusterId, options.Host,
            [.. section.Members.Select(m => new EtcdMember(m, IPAddress.Parse(hosts[m].Addresses[cluster])))],
            section.ClientPort, section.PeerPort,
            section.DataDirectory ?? Path.Combine(options.StateDirectory, "etcd"), Path.Combine(options.StateDirectory, "etcd.log"));
    }

    private AgentSettings Settings() => new(
        options.Cluster, options.Host, options.Slot, HostIdentity.BootId(Path.GetDirectoryName(options.Socket)!),
        BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), TimingPlan.Find(options.Profile)!,
        [.. options.Networks.Where(n => n.Address.Length > 0).Select(n => new ClusterNetwork(n.Name, n.Roles))], options.Hosts.ToImmutableSortedDictionary(h => h.Slot, h => h.Name),
        FenceLevels.Of(options), options.FastShot,
        [.. options.MigrationNetworks.Select(n => new MigrationPath(n.Name, n.Address))],
        options.TimingOnly ? WatchdogClass.TimingOnly : options.Watchdog is null ? WatchdogClass.None : WatchdogClass.Software)
    {
        SharedPathMiB = options.MigrationSharedMiB,
        FirstPause = TimeSpan.FromMilliseconds(options.MigrationFirstPauseMs ?? (options.Acceleration == "kvm" ? 30 : 300)),
        MovesAtOnce = options.MigrationsAtOnce,
        MovesInCluster = options.MigrationsInCluster,
        Balancing = options.Balancing.Settings,
        MostFencings = options.MostFencings ?? AgentSettings.FewerThanHalf(options.Hosts.Length),
    };

    private async Task<(Guid Area, string? Refusal)> FormatAsync(string name, string path, TimeSpan? drain)
    {
        try
        {
            return await BlockingWork.RunAsync($"formatting the lease area of '{name}'", TimeSpan.FromSeconds(60), () =>
            {
                var cluster = new ClusterId(options.ClusterId);
                if (LeaseAreas.IsFormatted(path))
                {
                    return (LeaseAreas.ReadHeader(path, cluster).Identity.Area.Value, (string?)null);
                }

                var hosts = options.Hosts.OrderBy(h => h.Slot).ToList();
                return hosts.Select((h, n) => h.Slot == n).Contains(false)
                    ? (Guid.Empty, $"hosts: the slots {string.Join(", ", hosts.Select(h => h.Slot))} have a gap; number the hosts from 0 without one before the first datastore is added.")
                    : (LeaseAreas.Format(path, cluster, [.. hosts.Select(h => h.Name)], Guid.NewGuid(), DateTimeOffset.UtcNow.ToUnixTimeSeconds()).Area.Value, null);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return (Guid.Empty, e.Message);
        }
    }

    private void Measure(AgentLoop agent, EtcdIntentStore intent, ClockWatch clocks, GuestAddresses guests)
    {
        if (clocks.Disagree())
        {
            agent.Post(new ClocksDisagree());
        }

        guests.Look();
        agent.Measured(Conditions(agent, intent));
    }

    private HostConditions Conditions(AgentLoop agent, EtcdIntentStore intent)
    {
        var guest = options.Networks.FirstOrDefault(n => n.Has("guest"))?.Interface ?? options.Bridge;
        var snapshot = agent.Snapshot;
        var (memory, processors) = (meter.Memory(), meter.Processors());
        return new HostConditions(intent.Quorum, FreeMemory(snapshot, memory.AvailableMiB), (int)(100 - (100 * processors.Used / processors.Cpus)), guest is null || KernelLinks.Of(guest) is not { Carrier: false }, snapshot.PromisedMiB)
        {
            Links = options.Networks.Where(n => n.Interface is not null).Select(n => (n.Name, Link: KernelLinks.Of(n.Interface!))).Where(n => n.Link is not null)
                .ToImmutableSortedDictionary(n => n.Name, n => n.Link!, StringComparer.Ordinal),
            Load = Load(snapshot, memory, processors),
        };
    }

    /// <summary>With configured sizes: what this host's machines use of them, which the agent knows. Without: what the kernel has, and all that uses it.</summary>
    private HostLoad Load(HostSnapshot snapshot, (long AllMiB, long AvailableMiB) memory, (int Cpus, double Used) processors)
    {
        var (cpus, used) = options.Cpus is { } own ? (own, 0) : processors;
        var (all, taken) = options.MemoryMiB is { } configured ? (configured, snapshot.PromisedMiB) : (memory.AllMiB, memory.AllMiB - memory.AvailableMiB);
        return new(cpus, used, all, taken) { Pressure = meter.Pressure() };
    }

    /// <summary>With a configured size: that, less what the machines here have been promised. Without: what the kernel has, less a reserve for the host.</summary>
    private long FreeMemory(HostSnapshot snapshot, long available) => options.MemoryMiB is { } all
        ? snapshot.FreeMemoryMiB(all)
        : Math.Max(0, available - 512);

    private IEnumerable<string> Alarms(EtcdProcess member, LibvirtConnection connection)
    {
        if (member.Problem is { } etcd)
        {
            yield return etcd;
        }

        if (connection.Trouble is { } trouble)
        {
            yield return $"libvirtd on {options.Host} does not answer: {trouble}";
        }

        if (faultPoints is not null)
        {
            yield return $"{options.Host} was started with --fault-points: whoever may write to {faultPoints} can hold its steps, so it may run no machines that matter";
        }

        if (options.Fence is [])
        {
            yield return "no fence device is configured: a dead host's machines wait for its slot's silence";
        }
    }

    private void InstallHook()
    {
        try
        {
            paths.EnsureDirectories();
            if (HookInstaller.Install(paths) != HookChange.Unchanged)
            {
                say($"the libvirt hook was written to {paths.LibvirtHooks}; a libvirtd that was running before must be restarted to use it");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"the libvirt hook cannot be written to {paths.LibvirtHooks}: {e.Message}");
        }
    }
}
