using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Cli.Commands.Drill.Live;

/// <summary>What a drill needs of the agent's configuration on the host that it runs on: nobody else knows the other hosts' addresses on each network.</summary>
internal sealed record LiveHost
{
    public const string DefaultPath = "/etc/holdfast/holdfastd.json";

    public string Host { get; set; } = "";

    public string Cluster { get; set; } = "";

    public string StateDirectory { get; set; } = "/var/lib/holdfast";

    public LiveNetwork[] Networks { get; set; } = [];

    public LivePeer[] Hosts { get; set; } = [];

    /// <summary>Where the reports of drills on this host are kept.</summary>
    public string Records => $"{StateDirectory}/drills";

    /// <exception cref="UsageException">It cannot be read.</exception>
    public static LiveHost Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), LiveJson.Default.LiveHost) ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UsageException($"A drill on a live cluster is run on the host that it strikes, as root, and reads its agent's configuration {path}: {e.Message.Split(" Path:")[0].TrimEnd('.')}.");
        }
    }

    /// <summary>The first network of a role, by which the lab's networks are named too.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public LiveNetwork WithRole(string role) => Array.Find(Networks, n => n.Role.Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.Ordinal))
        ?? throw new UsageException($"This cluster has no network of the role {role}, which the drill is about.");

    public IReadOnlyList<IPAddress> OthersOn(string network) =>
        [.. Hosts.Where(h => h.Name != Host && h.Addresses.ContainsKey(network)).Select(h => IPAddress.Parse(h.Addresses[network]))];
}

internal sealed record LiveNetwork(string Name, string Role);

internal sealed record LivePeer(string Name, Dictionary<string, string> Addresses);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(LiveHost))]
internal sealed partial class LiveJson : JsonSerializerContext;
