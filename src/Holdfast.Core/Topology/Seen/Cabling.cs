using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>
/// Which cables a link consists of, and where each is plugged in. What is declared goes before what is seen (people know of the patch panel in between), that before what is declared of a whole network, and
/// a cable of which nobody says anything goes into the one switch that its network is taken to be.
/// </summary>
internal sealed class Cabling(ClusterFacts facts, Declaration declared)
{
    /// <param name="of">Host or datastore.</param>
    public ImmutableArray<Cable> Of(string of, string network)
    {
        var seen = facts.Hosts.FirstOrDefault(h => h.Name == of)?.Sight.LinkTo(network);
        if (declared.Links.FirstOrDefault(l => l.Of == of && l.Network == network) is { } said)
        {
            return [.. said.Members.Select(m => Declared(of, m, seen))];
        }

        var switches = SwitchesOf(network).ToList();
        var told = IsDeclared(network) ? Told.Declared : Told.Nobody;
        return seen is { Members: [_, ..] members }
            ? [.. members.Select((m, n) => Seen(of, m, switches[n % switches.Count], told with { Confidence = Confidence.Inferred }))]
            : [.. switches.Select(s => new Cable(s, Told.Nobody, s, told, null, told, ""))];
    }

    /// <summary>What a neighbour is called here: the declared switch that has its name, or its name without domain, or its chassis id, as name or as <c>lldp</c>.</summary>
    public string NameOf(SeenPort port) =>
        declared.Switches.FirstOrDefault(s => Calls(s.Lldp, port) || Calls(s.Name, port))?.Name ?? declared.Switches.FirstOrDefault(s => s.Name == port.Switch.Split('.')[0])?.Name ?? Plain(port.Switch);

    public IEnumerable<string> SwitchesOf(string network) => declared.Networks.FirstOrDefault(n => n.Name == network)?.Switches ?? [network];

    private bool IsDeclared(string network) => declared.Networks.Any(n => n.Name == network);

    private static bool Calls(string? name, SeenPort port) => name is not null && (string.Equals(name, port.Switch, StringComparison.OrdinalIgnoreCase) || string.Equals(name, port.Chassis, StringComparison.OrdinalIgnoreCase));

    private static Cable Declared(string host, DeclaredMember said, SeenLink? link)
    {
        var seen = link?.Members.FirstOrDefault(m => m.Nic == said.Nic);
        return new(said.Nic, Told.Declared, said.Switch, Told.Declared, said.Card ?? seen?.Card, said.Card is null ? Told.Kernel(host) : Told.Declared, Detail(seen));
    }

    private Cable Seen(string host, SeenMember member, string otherwise, Told told) => new(
        member.Nic, Told.Kernel(host), member.Port is { } port ? NameOf(port) : otherwise, member.Port is null ? told : Told.Lldp(host), member.Card, Told.Kernel(host), Detail(member));

    private static string Detail(SeenMember? member) => member is null ? "" : string.Join(", ", new[]
    {
        member.Carrier ? "" : "no carrier",
        member.Port is { Port.Length: > 0 } port ? $"port {port.Port} of {port.Switch}" : "",
    }.Where(t => t.Length > 0));

    /// <summary>A name that the command line can take: without what separates components.</summary>
    private static string Plain(string name) => string.Concat(name.Select(c => char.IsWhiteSpace(c) || c is ',' or '/' ? '-' : c));
}
