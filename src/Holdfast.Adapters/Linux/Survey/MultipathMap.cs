using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Holdfast.Core.Topology;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>One map of device mapper's multipath, from <c>multipathd show maps json</c> (multipathd(8)).</summary>
/// <param name="Name">As in /dev/mapper.</param>
/// <param name="Device">As in /dev: "dm-3".</param>
/// <param name="Adapters">Addresses from which iSCSI paths go out.</param>
internal sealed record MultipathMap(string Name, string Device, ImmutableArray<SeenPath> Paths, ImmutableArray<IPAddress> Adapters)
{
    /// <exception cref="JsonException">It is not what multipathd prints.</exception>
    public static ImmutableArray<MultipathMap> Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Part("maps").ValueKind == JsonValueKind.Array
            ? [.. document.RootElement.Part("maps").Items().Select(Of)] : throw new JsonException("the field 'maps' is missing");
    }

    /// <summary>Every path goes out through a card that is no network card of the cluster.</summary>
    public bool HasOwnFabric => Paths.Length > 0 && Paths.All(p => p.Card is not null);

    private static MultipathMap Of(JsonElement map)
    {
        var paths = map.Part("path_groups").Items().SelectMany(g => g.Part("paths").Items()).ToList();
        return new(
            map.Text("name") ?? "", map.Text("sysfs") ?? "",
            [.. paths.Select(p => new SeenPath(p.Text("dev") ?? "?", p.Text("dm_st") == "active" && p.Text("chk_st") == "ready", CardOf(p.Text("host_adapter"))))],
            [.. paths.Select(p => IPAddress.TryParse(p.Text("host_adapter"), out var address) ? address : null).OfType<IPAddress>()]);
    }

    /// <summary>Of Fibre Channel and SAS the adapter is a PCI device, of iSCSI an address or "[undef]".</summary>
    private static string? CardOf(string? adapter) => adapter is not null && adapter.Contains(':', StringComparison.Ordinal) && !IPAddress.TryParse(adapter, out _) ? KernelLink.CardOf(adapter) : null;
}
