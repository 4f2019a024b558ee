using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Core.Topology;

namespace Holdfast.Bench.Topology;

/// <summary>
/// Clusters in racks of 16 hosts. Each rack has two switches for cluster and guest traffic, joined by two core switches that the whole fleet shares, and two power strips; each cluster has a switch for its
/// storage and one for migrations. Each host has bonds with a member in both rack switches, two cards, a fence device. Nothing is random: the same fleet every time.
/// </summary>
internal static class Fleet
{
    private const int RackSize = 16;
    private const long HostMemoryMiB = 65_536;

    public static IReadOnlyList<Layout> Of(int hosts, int machines)
    {
        var clusters = (hosts + Slot.Count - 1) / Slot.Count;
        return [.. Enumerable.Range(0, clusters).Select(c => Cluster(c, Share(hosts, clusters, c), Share(machines, clusters, c)))];
    }

    private static int Share(int all, int parts, int part) => (all / parts) + (part < all % parts ? 1 : 0);

    private static Layout Cluster(int number, int hosts, int machines)
    {
        var prefix = $"c{number + 1}";
        var placed = Enumerable.Range(0, machines).Select(m => Machine(prefix, m, m % hosts)).ToImmutableArray();
        var used = placed.GroupBy(m => m.Host!.Value).ToDictionary(g => g.Key, g => g.Sum(m => (long)m.Definition.MemoryMiB));
        NetworkFacts Network(string name, NetworkRoles roles) => new(new($"{prefix}-{name}", roles), Beats: true);
        var facts = new ClusterFacts(
            prefix, TimingPlan.Standard, FastShot: false,
            [Network("cluster", NetworkRoles.Cluster), Network("migration", NetworkRoles.Migration), Network("storage", NetworkRoles.Storage), Network("guest", NetworkRoles.Guest)], [$"{prefix}-migration"],
            [.. Enumerable.Range(0, hosts).Select(h => new HostFacts(
                h, $"{prefix}-h{h + 1}", [$"{prefix}-cluster", $"{prefix}-guest", $"{prefix}-migration", $"{prefix}-storage"], WatchdogClass.Hardware, HostMemoryMiB - used.GetValueOrDefault(h), [new FenceLevel("board", CutsPath: false)], h < 3))],
            [new($"{prefix}-gold", TimeSpan.FromSeconds(4))], placed);
        return Layout.Of(facts, Declaration.Parse(JsonSerializer.Serialize(Declared(prefix, facts), JsonSerializerOptions.Web), facts));
    }

    private static MachineFacts Machine(string prefix, int number, int host) => new(
        new(new Guid(number, 0, 0, new byte[8]), $"{prefix}-vm{number + 1}", $"{prefix}-gold", 1024 << (number % 3), 1, number % 4, "52:54:00:00:00:01", []), host);

    private static Declaration Declared(string prefix, ClusterFacts facts)
    {
        var racks = (facts.Hosts.Length + RackSize - 1) / RackSize;
        string Rack(int host) => $"{prefix}-r{(host / RackSize) + 1}";
        var own = Enumerable.Range(0, racks).Select(r => $"{prefix}-r{r + 1}").ToList();
        return new()
        {
            Strips = [.. own.SelectMany(r => new[] { new DeclaredStrip($"{r}-p1"), new DeclaredStrip($"{r}-p2") })],
            Switches =
            [
                new("core1"), new("core2"), new($"{prefix}-storage"), new($"{prefix}-migration"),
                .. own.SelectMany(r => new[] { new DeclaredSwitch($"{r}-sw1", Strips: [$"{r}-p1"]), new DeclaredSwitch($"{r}-sw2", Strips: [$"{r}-p2"]) }),
            ],
            Trunks = [.. own.SelectMany(r => new[] { "sw1", "sw2" }.SelectMany(s => new[] { new DeclaredTrunk($"{r}-{s}", "core1"), new DeclaredTrunk($"{r}-{s}", "core2") }))],
            Networks = [new($"{prefix}-storage", [$"{prefix}-storage"]), new($"{prefix}-migration", [$"{prefix}-migration"])],
            Hosts = [.. facts.Hosts.Select((h, n) => new DeclaredHost(h.Name, [$"{Rack(n)}-p1", $"{Rack(n)}-p2"]))],
            Links = [.. facts.Hosts.SelectMany((h, n) => new[] { "cluster", "guest" }.Select(network => new DeclaredLink(
                h.Name, $"{prefix}-{network}", [new("eno1", $"{Rack(n)}-sw1", "card1"), new("eno2", $"{Rack(n)}-sw2", "card2")])))],
        };
    }
}
