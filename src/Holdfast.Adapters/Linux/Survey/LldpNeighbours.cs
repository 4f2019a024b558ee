using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Core.Topology;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>What the switches say of themselves, from <c>lldpcli -f json0 show neighbors</c> (lldpcli(8); in this form every value is in a list).</summary>
internal static class LldpNeighbours
{
    /// <summary>By NIC. One that hears two switches has something between that passes LLDP on, so that neither is known to be at the other end: it is left out, like neighbours that are no switches.</summary>
    /// <exception cref="JsonException">It is not what lldpcli prints.</exception>
    public static ImmutableSortedDictionary<string, SeenPort> Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.Part("lldp").ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("the field 'lldp' is missing");
        }

        return document.RootElement.Part("lldp").Items().SelectMany(l => l.Part("interface").Items())
            .Where(i => i.Text("name") is not null && i.Part("chassis").Items().Any(IsSwitch))
            .GroupBy(i => i.Text("name")!, i => Port(i.Part("chassis").Items().First(IsSwitch), i.Part("port").Items().FirstOrDefault()), StringComparer.Ordinal)
            .Where(n => n.DistinctBy(p => p.Chassis).Count() == 1).ToImmutableSortedDictionary(n => n.Key, n => n.First(), StringComparer.Ordinal);
    }

    /// <summary>A chassis that does not say what it is may be one.</summary>
    private static bool IsSwitch(JsonElement chassis) =>
        chassis.Part("capability").Items().ToList() is not [_, ..] capabilities || capabilities.Exists(c => c.Text("type") is "Bridge" && c.Part("enabled").ValueKind == JsonValueKind.True);

    private static SeenPort Port(JsonElement chassis, JsonElement port)
    {
        var id = First(chassis, "id") ?? "";
        return new(First(chassis, "name") is { Length: > 0 } name ? name : id, id, First(port, "id") ?? "", [.. chassis.Part("mgmt-ip").Items().Select(a => a.Text("value")).OfType<string>()]);
    }

    private static string? First(JsonElement element, string name) => element.Part(name).Items().Select(i => i.Text("value")).FirstOrDefault();
}
