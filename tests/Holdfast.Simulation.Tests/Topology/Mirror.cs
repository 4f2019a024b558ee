using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Tests.Topology;

/// <summary>
/// A simulated cluster, the same as facts for a what-if, and a way to break in the one what is taken away from the other. The simulator has neither etcd nor a guest network: each host's quorum is set
/// as the wiring has it, and a guest link is the host's own carrier.
/// </summary>
internal sealed class Mirror
{
    private const string Guest = "guest";
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(40);

    /// <summary>Longer than the limit of a lost datastore, a proof by time, a shut-down and the minute in which a host leaves a machine to others.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(180);
    private readonly SimulatedCluster cluster;

    /// <summary>By host: one that has another now was switched off, and has booted again, cut off as before.</summary>
    private readonly Dictionary<string, Guid> boots;

    public Mirror(ClusterOptions options)
    {
        cluster = new(options);
        foreach (var host in cluster.Hosts)
        {
            host.PowerOn();
        }

        for (var number = 1; number <= options.Machines; number++)
        {
            var machine = cluster.MakeMachine(number, cluster.Stores[number % cluster.Stores.Length]);
            var host = cluster.Hosts[number % cluster.Hosts.Length];
            cluster.Timeline.After(TimeSpan.FromSeconds(10), () => host.Agent!.Order(new AddMachine(machine, true), _ => { }));
        }

        cluster.Timeline.RunUntil(SetUp);
        boots = cluster.Hosts.ToDictionary(h => h.Name, h => h.BootId);
        Layout = Layout.Of(Facts(), Declaration.Empty);
    }

    public Layout Layout { get; }

    /// <summary>Those that can be broken here and differ: a network is its switch, and one server with one cable has all stores.</summary>
    public IEnumerable<ComponentId> Components => Layout.Components.Select(c => c.Id)
        .Where(c => c.Kind != ComponentKind.Network && (c.Kind != ComponentKind.Link || cluster.Stores.Length == 1 || !c.Name.StartsWith("store", StringComparison.Ordinal)));

    /// <summary>What has become of every machine and every host when these have been down for long: "vm1 runs on h2", "h1 in row 7".</summary>
    public IEnumerable<string> Break(ImmutableArray<ComponentId> down)
    {
        var wiring = new Wiring(Layout, down.Select(Layout.IndexOf));
        foreach (var component in down)
        {
            Break(component);
        }

        foreach (var host in cluster.Hosts)
        {
            host.HasQuorum = (wiring.Quorum & (1UL << host.Index)) != 0;
        }

        cluster.Timeline.RunUntil(SetUp + Settled);
        return [.. cluster.Truths.Select(TruthOf).Order(StringComparer.Ordinal), .. cluster.Hosts.Select(HostTruth)];
    }

    /// <summary>The same of a prediction.</summary>
    public IEnumerable<string> Predict(ImmutableArray<ComponentId> down)
    {
        var what = WhatIf.Of(Layout, down);
        return
        [
            .. what.Machines.Select(m => $"{m.Machine.Name} {m.Outcome switch
            {
                Outcome.Paused => $"stands still on {NameOf(m.Host)}",
                Outcome.Pending => "is nowhere",
                _ => $"runs on {NameOf(m.Host)}",
            }}").Order(StringComparer.Ordinal),
            .. what.Hosts.Select(h => $"{h.Name} {(h.Row is { } row ? $"in row {row.Number}" : "was off")}"),
        ];
    }

    private string NameOf(int? slot) => cluster.HostNames[slot!.Value];

    private string TruthOf(Truth truth)
    {
        var name = cluster.NameOf(truth.Machine);
        return truth.Executing is [_, ..] ? $"{name} runs on {string.Join(" and ", truth.Executing.Select(g => g.Host.Name))}"
            : cluster.Hosts.Where(h => h.Guests.Any(g => g.Machine == truth.Machine)).Select(h => h.Name).ToList() is [_, ..] there ? $"{name} stands still on {string.Join(" and ", there)}"
            : $"{name} is nowhere";
    }

    private string HostTruth(SimulatedHost host) =>
        $"{host.Name} {(host.BootId != boots[host.Name] || host.Agent is null ? "was off" : $"in row {host.Agent.Core.Snapshot().Row.Number}")}";

    private ClusterFacts Facts()
    {
        var networks = cluster.Networks.Select(n => new NetworkFacts(new(n.Name, cluster.RolesOf(n)), Beats: true)).Append(new(new(Guest, NetworkRoles.Guest), Beats: false)).ToImmutableArray();
        return new(
            "sim", cluster.Plan, cluster.Options.FastShot, networks, [.. cluster.MigrationPaths.Select(n => n.Name)],
            [.. cluster.Hosts.Select(h => new HostFacts(
                h.Index, h.Name, [.. networks.Select(n => n.Name)], h.HasWatchdog ? WatchdogClass.Hardware : WatchdogClass.None,
                h.MemoryMiB - (h.Guests.Count * SimulatedCluster.MachineMemoryMiB), cluster.FenceDevices.GetValueOrDefault(h.Index, []), h.Index < 3))],
            [.. cluster.Stores.Select(s => new DatastoreFacts(s.Name, cluster.Options.Drain))],
            [.. cluster.Truths.Select(t => new MachineFacts(cluster.StoreOf(t.Machine).Definitions[t.Machine], t.Executing.Single().Host.Index))]);
    }

    private void Break(ComponentId component)
    {
        var parts = component.Name.Split('/');
        switch (component.Kind)
        {
            case ComponentKind.Host:
                KeepOff(cluster.Hosts.Single(h => h.Name == parts[0]));
                break;
            case ComponentKind.Fence:
                cluster.Hosts.Single(h => h.Name == parts[0]).FenceDevice.State = FenceDeviceState.Broken;
                break;
            case ComponentKind.Datastore:
                cluster.Store(parts[0]).Stall();
                break;
            case ComponentKind.Switch or ComponentKind.Network when parts[0] == Guest:
                Unplug(cluster.Hosts);
                break;
            case ComponentKind.Switch or ComponentKind.Network:
                Cut(cluster.Network(parts[0]).All());
                break;
            case ComponentKind.Link when parts[1] == Guest:
                Unplug(cluster.Hosts.Where(h => h.Name == parts[0]));
                break;
            case ComponentKind.Link when cluster.Hosts.FirstOrDefault(h => h.Name == parts[0]) is { } host:
                Cut(cluster.Network(parts[1]).From(host.Index).Concat(cluster.Network(parts[1]).To(host.Index)));
                break;
            case ComponentKind.Link:
                Cut(cluster.StorageNetwork.Across([.. cluster.Hosts.Select(h => h.Index)], [cluster.StorageNetwork.Server]));
                break;
            case ComponentKind.Etcd:
                break;
            default:
                throw new ArgumentException($"{component} cannot be broken in the simulator.");
        }
    }

    /// <summary>Its fence device would switch it on again.</summary>
    private void KeepOff(SimulatedHost host)
    {
        host.Crash("power lost");
        cluster.Timeline.After(TimeSpan.FromMilliseconds(100), () => KeepOff(host));
    }

    private static void Unplug(IEnumerable<SimulatedHost> hosts)
    {
        foreach (var host in hosts)
        {
            host.GuestNetworkUp = false;
        }
    }

    private static void Cut(IEnumerable<Link> links)
    {
        foreach (var link in links)
        {
            link.Cut();
        }
    }
}
