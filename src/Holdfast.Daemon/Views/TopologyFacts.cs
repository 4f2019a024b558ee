using System.Collections.Immutable;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Core.Topology;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Views;

/// <summary>What this agent knows of the cluster, as facts for a topology.</summary>
internal static class TopologyFacts
{
    /// <param name="sights">By host, what it sees of its cables; who has not said it is missing.</param>
    /// <param name="networks">Whose links are what their kernels say.</param>
    /// <param name="datastores">As the API shows them.</param>
    /// <param name="oldest">By machine, its oldest snapshot; machines that have none, or of which that is not known, are missing.</param>
    public static ClusterFacts Of(HostSnapshot snapshot, IntentView intent, DaemonOptions options, NetworkReport networks, IReadOnlyDictionary<string, HostSight> sights, IReadOnlyCollection<Datastore> datastores,
        IReadOnlyDictionary<Guid, SnapshotFacts>? oldest = null)
    {
        var known = snapshot.Datastores.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        return new(
            options.Cluster, TimingPlan.Find(options.Profile)!, options.FastShot,
            [.. options.Networks.Select(n => new NetworkFacts(new ClusterNetwork(n.Name, n.Roles), Beats: n.Address.Length > 0))],
            [.. options.MigrationNetworks.Select(n => n.Name)],
            [.. snapshot.Hosts.OrderBy(h => h.Slot).Select(h => Host(snapshot, h, options, networks, sights.GetValueOrDefault(h.Name, HostSight.Empty)))],
            [.. datastores.Where(d => known.Contains(d.Name)).Select(d => new DatastoreFacts(d.Name, d.DrainSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TimingPlan.Infinite))],
            [.. snapshot.Machines.Where(m => m.Wanted == "running").Select(m => Machine(m, intent)).OfType<MachineFacts>().Select(m => m with { Oldest = oldest?.GetValueOrDefault(m.Definition.Id) })])
        {
            IsolationAddresses = [.. options.IsolationAddresses],
            MovesAtOnce = options.MigrationsAtOnce,
            SharedPathMiB = options.MigrationSharedMiB,
        };
    }

    private static MachineFacts? Machine(MachineView view, IntentView intent) =>
        intent.DefinitionOf(view) is { } definition ? new(definition with { Datastore = view.Datastore }, view.Owner < 0 ? null : view.Owner) : null;

    private static HostFacts Host(HostSnapshot snapshot, PeerView host, DaemonOptions options, NetworkReport networks, HostSight sight)
    {
        // A guest network may be one on which no host has an address.
        var addresses = options.Hosts.FirstOrDefault(h => h.Name == host.Name)?.Addresses ?? [];
        var linked = options.Networks.Where(n => n.Address.Length == 0 || addresses.ContainsKey(n.Name)).Select(n => n.Name);
        return new(
            host.Slot, host.Name, [.. linked], host.Watchdog, host.FreeMemoryMiB, FenceLevels.Of(options).GetValueOrDefault(host.Slot, []), options.Etcd?.Members.Contains(host.Name) == true)
        {
            Alive = host.State is "alive" or "unknown",
            FailedFences = [.. snapshot.FenceDevices.Where(d => d.Slot == host.Slot && d.State == "failed").Select(d => d.Name)],
            Draining = host.Draining,
            Disarmed = host.Slot == snapshot.Slot ? snapshot.Disarmed is not null
                : !host.Draining && snapshot.Picture.Hosts.FirstOrDefault(h => h.Slot == host.Slot)?.Says(HeartbeatFlags.Leaving) == true,
            Sight = sight,
            FenceAddresses = FenceLevels.AddressesOf(options, host.Name),
            Links = networks.Networks.SelectMany(n => (n.Links ?? []).Where(l => l.Host == host.Name).Select(l => (n.Name, Link: l)))
                .ToImmutableSortedDictionary(l => l.Name, l => new OwnLink(l.Link.Carrier, l.Link.Mtu ?? 0, l.Link.Bond is { } bond ? new(bond.Mode, bond.Up, bond.Members) : null), StringComparer.Ordinal),
        };
    }
}
