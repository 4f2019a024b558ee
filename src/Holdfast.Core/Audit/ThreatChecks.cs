using System.Collections.Immutable;
using System.Numerics;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;
using static Holdfast.Core.Audit.Check;

namespace Holdfast.Core.Audit;

/// <summary>G 4.75 "Störung der Netzinfrastruktur von Virtualisierungsumgebungen".</summary>
internal static class ThreatChecks
{
    public static readonly ImmutableArray<Check> All =
    [
        Of(1, "A disturbed network ends live migrations, and load cannot be spread any more", Migration, "moved", "drill:migration-switch-dead", "drill:migration-silent"),
        Of(2, "The cluster's network fails, and the fail-over with it", FailOver, "taken-over", "drill:two-faults", "drill:quorum-lost"),
        Of(3, "The cluster's network fails, and the machines with it", MachinesStay, "drill:cluster-switch-dead", "drill:nic-silent"),
        Of(4, "Hosts that are cut off cannot tell whether they or the others are affected", Isolation, "frozen", "thawed", "drill:host-isolated", "drill:host-isolated-keep"),
        Of(5, "A machine is started twice, which destroys its data", Once, "taken-over", "fenced", "confirmed-dead", "drill:host-dead", "drill:fence-device-broken"),
        Of(6, "The same MAC or IP address is on the net twice", Addresses, "duplicate-address"),
        Of(7, "The storage network fails: a disk pulled out of many running machines", Storage, "storage", "thawed", "drill:storage-lost-by-all", "drill:storage-lost-by-one"),
        Of(8, "Snapshots, images and file systems are left inconsistent", Snapshots),
    ];

    private static Check Of(int number, string says, Func<AuditFacts, (Compliance, string)> look, params string[] proofs) => new(new($"G 4.75 ({number})", says, "threat"), look, proofs);

    private static (Compliance, string) Migration(AuditFacts facts)
    {
        var networks = facts.Cluster.MigrationNetworks;
        if (networks.Length < 2)
        {
            return NotMet(networks.Length == 0
                ? "No network may carry migrations: give one the role migration."
                : $"Only {networks[0]} may carry migrations: when it fails none is possible. Name another one in migrationFallback.");
        }

        var shared = facts.Components(ComponentKind.Stack, ComponentKind.Switch, ComponentKind.Trunk).Where(c => TakesAll(facts, networks, c)).Select(c => c.ToString()).ToArray();
        return shared.Length > 0
            ? NotMet($"{List(networks)} may carry migrations, and all of them fail with {List(shared)}: put one behind another switch.")
            : Met($"{List(networks)} may carry migrations; one that breaks is tried again over another, and no single switch takes them all away.");
    }

    /// <summary>Without it no host meets another over any of these networks.</summary>
    private static bool TakesAll(AuditFacts facts, ImmutableArray<string> networks, ComponentId component)
    {
        var without = new Wiring(facts.Layout, [facts.Layout.IndexOf(component)]);
        return Enumerable.Range(0, facts.Cluster.Networks.Length).Where(n => networks.Contains(facts.Cluster.Networks[n].Name))
            .All(n => facts.Cluster.Hosts.All(h => BitOperations.PopCount(without.Meets(n, h.Slot)) < 2));
    }

    private static (Compliance, string) FailOver(AuditFacts facts)
    {
        var cluster = ClusterNetworks(facts);
        foreach (var host in facts.Cluster.Hosts.Where(h => facts.Cluster.Machines.Any(m => m.Host == h.Slot)))
        {
            if (facts.Without([.. cluster, new(ComponentKind.Host, host.Name)]).FirstOrDefault(f => f.Machine.Host == host.Slot && f.IsLost) is { } lost)
            {
                return NotMet($"With {Names(cluster)} gone and {host.Name} dead, {lost.Machine.Name} would be {Fate.Word(lost.Outcome)}: {lost.Reason}");
            }
        }

        return Met($"With {Names(cluster)} gone, the machines of each host that dies as well are still started on others: by proof on the datastore, without the cluster's network.");
    }

    private static (Compliance, string) MachinesStay(AuditFacts facts)
    {
        var cluster = ClusterNetworks(facts);
        var worse = facts.Without(cluster).Where(f => f.Outcome > Outcome.RedundancyLost && f.Machine.Host is not null).ToList();
        return worse.Count == 0
            ? Met($"With {Names(cluster)} gone all machines run on where they are.")
            : NotMet($"With {Names(cluster)} gone {worse[0].Machine.Name} would be {Fate.Word(worse[0].Outcome)}{(worse.Count > 1 ? $", and {worse.Count - 1} more machines" : "")}: {worse[0].Reason}");
    }

    private static (Compliance, string) Isolation(AuditFacts facts)
    {
        var addresses = facts.Cluster.IsolationAddresses;
        var beats = facts.Cluster.Networks.Where(n => n.Beats).Select(n => n.Name).ToArray();
        if (addresses.Length < 2)
        {
            return NotMet($"{(addresses.Length == 0 ? "There is no isolation address" : "There is only one isolation address")}: name several in isolationAddresses, behind different switches.");
        }

        if (Traps.Of(facts.Layout, facts.Singles).FirstOrDefault(t => t.Kind == "isolation-addresses") is { } trap)
        {
            return NotMet(trap.Says);
        }

        return beats.Length < 2
            ? NotMet($"Heartbeats go over {List(beats)} only: give the hosts addresses on a second network.")
            : Met($"Heartbeats go over {List(beats)} and the datastores, and {List(addresses)} are asked besides; a host that is cut off loses its right to run machines before anybody takes them.");
    }

    private static (Compliance, string) Once(AuditFacts facts)
    {
        if (facts.TimingOnly)
        {
            return NotMet("timingOnly is set: silence is taken as death although hosts have no watchdog, so a host that hangs and wakes up may write for a moment. Give the hosts watchdogs or fence devices, and take it away.");
        }

        var bare = facts.Cluster.Hosts.Where(h => h.Watchdog == WatchdogClass.None && h.Fences.Length == 0).Select(h => h.Name).ToArray();
        return Met("A machine runs by a lease on its datastore, and is taken only with a proof that its host cannot write any more"
            + (bare.Length == 0 ? "; every host has a watchdog or a fence device for it." : $". {List(bare)}: neither watchdog nor fence device, so the machines there wait for a person when it dies."));
    }

    private static (Compliance, string) Addresses(AuditFacts facts) => Met(
        "MAC addresses, and the IP addresses that 'vm set --ip' names, are given to one machine only and asked for on the guest network before a start; a second device with one of them is told within seconds. Other IP addresses are not known.");

    private static (Compliance, string) Storage(AuditFacts facts)
    {
        var pulled = facts.Components(ComponentKind.Site, ComponentKind.Strip, ComponentKind.Stack, ComponentKind.Switch, ComponentKind.Trunk, ComponentKind.Network, ComponentKind.Link)
            .Select(c => (Component: c, Paused: facts.Without([c]).Count(f => f.Outcome == Outcome.Paused))).Where(c => c.Paused > 0).OrderByDescending(c => c.Paused).ToList();
        return pulled.Count == 0
            ? Met("No single failure on the way to a datastore leaves a machine without its disk.")
            : NotMet($"{pulled[0].Component} alone pulls the disk of {pulled[0].Paused} machines, {pulled.Count} components do so of some: they pause and run on when it is back. Give the datastores a second way.");
    }

    private static (Compliance, string) Snapshots(AuditFacts facts)
    {
        var old = facts.Cluster.Machines.Where(m => m.Oldest is { IsOld: true }).Select(m => m.Name).ToArray();
        return old.Length > 0
            ? NotMet($"{List(old)} would go back to a snapshot of long ago: see 'holdfast audit spof'.")
            : Met("A snapshot that breaks off anywhere leaves the machine's chain of files whole, and what is missing or was altered is named before a start. Snapshots that others take, and file systems in guests without an agent, are not known.");
    }

    private static ComponentId[] ClusterNetworks(AuditFacts facts) => [.. facts.NetworksWith(NetworkRoles.Cluster).Select(n => new ComponentId(ComponentKind.Network, n))];

    private static string Names(ComponentId[] networks) => List([.. networks.Select(n => n.ToString())]);
}
