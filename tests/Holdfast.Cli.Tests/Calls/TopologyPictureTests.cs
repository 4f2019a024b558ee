using System.Text.Json;
using System.Xml.Linq;
using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

public sealed class TopologyPictureTests
{
    private static readonly TopologyReport Report = new()
    {
        Host = "h1",
        Components =
        [
            new("site:cellar", "site", "cellar", "declared"), new("strip:p1", "strip", "p1", "declared"), new("switch:sw<1>", "switch", "sw<1>", "seen", Source: "LLDP at h1"), new("switch:sw2", "switch", "sw2", "inferred"),
            new("trunk:sw1-sw2", "trunk", "sw1-sw2", "inferred"), new("network:cluster", "network", "cluster", "seen"), new("host:h1", "host", "h1", "seen"), new("card:h1/0000:03:00", "card", "h1/0000:03:00", "seen"),
            new("nic:h1/cluster/eno1", "nic", "h1/cluster/eno1", "seen"), new("nic:h1/cluster/eno2", "nic", "h1/cluster/eno2", "seen"), new("link:h1/cluster", "link", "h1/cluster", "seen"),
            new("datastore:gold", "datastore", "gold", "seen"), new("link:gold/cluster", "link", "gold/cluster", "inferred"), new("fence:h1/power", "fence", "h1/power", "seen"), new("etcd:h1", "etcd", "h1", "seen"),
            new("address:10.0.0.1", "address", "10.0.0.1", "seen"),
        ],
        Edges =
        [
            new("strip:p1", "site:cellar", "needs", "declared"), new("switch:sw<1>", "strip:p1", "oneOf", "declared"), new("nic:h1/cluster/eno1", "switch:sw<1>", "plugged", "seen", "cluster"),
            new("nic:h1/cluster/eno2", "switch:sw2", "plugged", "inferred", "cluster"), new("nic:h1/cluster/eno1", "card:h1/0000:03:00", "needs", "seen"), new("link:gold/cluster", "switch:sw2", "plugged", "inferred", "cluster"),
            new("trunk:sw1-sw2", "switch:sw2", "needs", "inferred"), new("nic:h1/cluster/eno1", "host:h1", "needs", "seen"),
        ],
    };

    [Fact]
    public void Every_component_is_drawn_once_with_how_it_is_known_and_who_says_so()
    {
        var drawn = Elements(TopologyPicture.Of(Report)).Where(e => e.Attribute("data-id") is not null).ToList();
        Assert.Equal(Report.Components.Select(c => $"{c.Id} {c.Confidence}").Order(StringComparer.Ordinal), drawn.Select(e => $"{e.Attribute("data-id")!.Value} {e.Attribute("class")!.Value}").Order(StringComparer.Ordinal));
        Assert.Contains(drawn, e => e.Value.StartsWith("switch:sw<1>: seen (LLDP at h1)", StringComparison.Ordinal));
    }

    [Fact]
    public void Lines_lead_from_cables_to_switches_and_what_is_inferred_is_a_line_of_that_kind()
    {
        var lines = Elements(TopologyPicture.Of(Report)).Where(e => e.Name.LocalName == "path").Select(e => e.Attribute("class")!.Value).ToList();
        Assert.Equal(["declared", "declared", "inferred", "inferred", "inferred", "seen"], lines.Order());
    }

    [Fact]
    public void It_speaks_the_readers_language() => Assert.Contains("gesehen", TopologyPicture.Of(Report, word => word == "seen" ? "gesehen" : word), StringComparison.Ordinal);

    [Fact]
    public async Task The_command_line_draws_it()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/topology", JsonSerializer.Serialize(Report, ApiJson.Default.TopologyReport));
        var drawn = await agent.CallAsync("topology", "show", "--format", "svg");
        Assert.StartsWith("<svg ", drawn.Out, StringComparison.Ordinal);
    }

    private static List<XElement> Elements(string svg) => [.. XDocument.Parse(svg).Descendants()];
}
