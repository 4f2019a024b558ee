using System.Net;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Membership;

/// <summary>One host as it was named to 'init': h1,cluster=10.0.1.11,migration=10.0.2.11.</summary>
internal sealed record PlannedHost(string Name, IReadOnlyList<(string Network, IPAddress Address)> Addresses)
{
    private static readonly string[] Roles = ["cluster", "migration", "storage", "guest"];

    /// <exception cref="UsageException">One sentence.</exception>
    public static PlannedHost Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (NameRule.Refusal(parts[0], "host") is { } refusal)
        {
            throw new UsageException(refusal);
        }

        var addresses = parts[1..].Select(part => part.Split('=', 2) is [var role, var address] && Roles.Contains(role, StringComparer.Ordinal) && HostAddress.Parse(address) is { AddressFamily: AddressFamily.InterNetwork } ip ? (role, ip)
            : throw new UsageException($"'{part}' of --member {parts[0]} is no address on a network; give {string.Join(", ", Roles)} with an IPv4 address each, like cluster=10.0.1.11.")).ToList();
        return addresses.Select(a => a.role).Distinct().Count() == addresses.Count && addresses.Any(a => a.role == "cluster") ? new(parts[0], addresses)
            : throw new UsageException($"--member {parts[0]} needs one address on the network 'cluster', and not two on any, like {parts[0]},cluster=10.0.1.11.");
    }
}

/// <summary>The configuration of a cluster's hosts, as 'init' begins it and 'invite' passes it on.</summary>
internal static class ClusterPlan
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>etcd's members: all of a small cluster's hosts, an odd number.</summary>
    private static int Members(int hosts) => hosts >= 5 ? 5 : hosts >= 3 ? 3 : 1;

    public static JsonObject Of(string cluster, Guid id, IReadOnlyList<PlannedHost> hosts, string profile)
    {
        var networks = hosts.SelectMany(h => h.Addresses.Select(a => a.Network)).Distinct().ToList();
        return new()
        {
            ["cluster"] = cluster,
            ["clusterId"] = id.ToString(),
            ["profile"] = profile,
            ["hosts"] = new JsonArray([.. hosts.Select((h, slot) => new JsonObject
            {
                ["name"] = h.Name,
                ["slot"] = slot,
                ["addresses"] = new JsonObject(h.Addresses.Select(a => KeyValuePair.Create(a.Network, (JsonNode?)a.Address.ToString()))),
            })]),
            ["networks"] = new JsonArray([.. networks.Select(n => new JsonObject { ["name"] = n, ["role"] = n, ["address"] = "" })]),
            ["etcd"] = new JsonObject { ["members"] = new JsonArray([.. hosts.Take(Members(hosts.Count)).Select(h => (JsonNode)h.Name)]) },
        };
    }

    /// <summary>The configuration of one of the hosts that it names, from another's or from a plan.</summary>
    /// <param name="from">Where its words are; for the sentence.</param>
    /// <exception cref="UsageException">It does not name the host, or not all that is needed.</exception>
    public static JsonObject For(string name, JsonObject configuration, string from)
    {
        var own = (JsonObject)configuration.DeepClone();
        var host = own["hosts"]?.AsArray().FirstOrDefault(h => h?["name"]?.GetValue<string>() == name) as JsonObject ?? throw new UsageException(
            $"{from} does not name {name} among its hosts; add it there on every host, with the next free slot and its addresses, and restart the agents one after the other, which touches no machine.");
        // Where 'join' writes them, which need not be where this host has them.
        own.Remove("secretFile");
        own.Remove("tlsDirectory");
        own["host"] = name;
        own["slot"] = host["slot"]?.DeepClone();
        foreach (var network in own["networks"]?.AsArray().OfType<JsonObject>() ?? [])
        {
            network["address"] = host["addresses"]?[network["name"]!.GetValue<string>()]?.DeepClone() ?? (Has(network, "guest") ? ""
                : throw new UsageException($"{from} names no address of {name} on the network '{network["name"]}'; add it under hosts."));
        }

        own["listen"] = $"{Address(own, host, from)}:{Port(configuration)}";
        return own;
    }

    /// <summary>All addresses of a host, for its certificates.</summary>
    public static IPAddress[] Addresses(string name, JsonObject configuration) =>
        [.. configuration["hosts"]!.AsArray().First(h => h?["name"]?.GetValue<string>() == name)!["addresses"]!.AsObject().Select(a => IPAddress.Parse(a.Value!.GetValue<string>())).Distinct()];

    public static string Text(JsonObject configuration) => configuration.ToJsonString(Readable) + "\n";

    private static string Address(JsonObject own, JsonObject host, string from) =>
        own["networks"]!.AsArray().OfType<JsonObject>().Where(n => Has(n, "cluster")).Select(n => host["addresses"]?[n["name"]!.GetValue<string>()]?.GetValue<string>()).FirstOrDefault(a => a is not null)
        ?? throw new UsageException($"{from} names no address of {host["name"]} on a network with the role cluster; add it under hosts.");

    private static int Port(JsonObject configuration) => configuration["listen"]?.GetValue<string>() is { } listen && IPEndPoint.TryParse(listen, out var place) ? place.Port : Routes.DefaultPort;

    private static bool Has(JsonObject network, string role) => network["role"]?.GetValue<string>().Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.Ordinal) == true;
}
