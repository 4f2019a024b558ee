using System.Globalization;

namespace Holdfast.Core.Topology;

/// <summary>Traps that are in the machines: the cluster needs one that it runs itself, or one has long grown away from its snapshot.</summary>
internal static class MachineTraps
{
    public static IEnumerable<Trap> Of(ClusterFacts facts) => Needed(facts).Concat(Snapshots(facts));

    /// <summary>When the cluster is down so is the machine, and without the machine the cluster does not come up as it should.</summary>
    private static IEnumerable<Trap> Needed(ClusterFacts facts) =>
        from machine in facts.Machines
        from need in Needs(facts)
        where machine.Definition.Addresses.Contains(need.Address)
        group need by (machine.Name, need.What, need.Address) into one
        select new Trap(
            "own-need",
            $"{string.Join(", ", one.Select(n => n.Of).Distinct())} need{(one.Select(n => n.Of).Distinct().Count() == 1 ? "s" : "")} {one.Key.What} from {one.Key.Address}, and that is the machine {one.Key.Name}, which this cluster runs: when it is down, both wait for each other. Name a second server outside of the cluster.",
            [.. one.Select(n => n.Component).Distinct()]);

    private static IEnumerable<(string Of, string What, string Address, ComponentId Component)> Needs(ClusterFacts facts) =>
    [
        .. facts.Hosts.SelectMany(h => h.Sight.Needs.Where(n => IsTheOnlyKind(facts, h.Sight, n.What)).Select(n => (h.Name, n.What, n.Address, new ComponentId(ComponentKind.Host, h.Name)))),
        .. facts.Hosts.SelectMany(h => h.FenceAddresses.Select(f => (h.Name, $"its fence device {f.Key}", f.Value, new ComponentId(ComponentKind.Fence, $"{h.Name}/{f.Key}")))),
        .. facts.Hosts.SelectMany(h => h.Sight.Datastores.Select(d => (h.Name, $"datastore {d.Name}", ServerOf(d.Source), new ComponentId(ComponentKind.Datastore, d.Name)))),
        .. facts.IsolationAddresses.Select(a => ("The isolation test", "an answer", a, new ComponentId(ComponentKind.Address, a))),
    ];

    /// <summary>With a second server elsewhere it is no trap; a second one that is a machine of this cluster too does not help.</summary>
    private static bool IsTheOnlyKind(ClusterFacts facts, HostSight sight, string what) =>
        sight.Needs.Where(n => n.What == what).All(n => facts.Machines.Any(m => m.Definition.Addresses.Contains(n.Address)));

    /// <summary>Of "10.0.2.9:/export"; of an address in brackets too.</summary>
    private static string ServerOf(string source) => source.StartsWith('[') ? source[1..].Split(']')[0] : source.Split(':')[0];

    private static IEnumerable<Trap> Snapshots(ClusterFacts facts) =>
        from machine in facts.Machines
        where machine.Oldest is { IsOld: true }
        let old = machine.Oldest
        select new Trap(
            "snapshot",
            string.Create(CultureInfo.InvariantCulture, $"The snapshot {old.Name} of {machine.Name} is {old.Age.TotalDays:0} days old: going back would lose all since, and each read goes through up to {old.Files} files. Delete it ('holdfast snapshot delete {machine.Name} {old.Name}')."),
            [new(ComponentKind.Datastore, machine.Definition.Datastore)]);
}
