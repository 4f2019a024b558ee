using System.Globalization;
using System.Text.Json;

namespace Holdfast.Lab;

/// <summary>What a lab was built from. The rest of its state is the processes themselves.</summary>
internal sealed record LabState
{
    /// <summary>The name under which the store's link and namespaces are addressed by faults.</summary>
    internal const string Store = "store";

    public required LabOptions Options { get; init; }

    /// <summary>Which range of addresses: 10.(81 + index).NETWORK.HOST.</summary>
    public required int Index { get; init; }

    /// <summary>False while it is being built: such a lab is taken down and built again, never mended.</summary>
    public bool Complete { get; init; }

    public required Guid ClusterId { get; init; }
    public required string Secret { get; init; }
    public required string Acceleration { get; init; }
    public required string Guest { get; init; }
    public required string Bin { get; init; }
    public string? DotnetRoot { get; init; }

    internal LabPaths Paths => new(Options.Name);

    internal IReadOnlyList<string> Hosts => [.. Enumerable.Range(1, Options.Hosts).Select(number => string.Create(CultureInfo.InvariantCulture, $"h{number}"))];

    internal LabNetwork StorageNetwork => Options.Networks.First(network => network.Role == "storage");

    internal string StoreAddress => Address(StorageNetwork, 254);

    internal string Address(string host, LabNetwork network) => Address(network, Slot(host) + 1);

    internal int Slot(string host) => Hosts.ToList().IndexOf(host);

    /// <summary>The host, or the store, must exist; a sentence says which do.</summary>
    internal string Known(string host, bool store = false) => Hosts.Contains(host) || (store && host == Store)
        ? host
        : throw new LabException($"The lab '{Options.Name}' has no host '{host}'; it has {string.Join(", ", Hosts)}.");

    internal LabNetwork Network(string name) => Options.Networks.FirstOrDefault(network => network.Name == name)
        ?? throw new LabException($"The lab '{Options.Name}' has no network '{name}'; it has {string.Join(", ", Options.Networks.Select(network => network.Name))}.");

    /// <summary>The networks that a host, or the store, has a link to.</summary>
    internal IReadOnlyList<LabNetwork> LinksOf(string host) => host == Store ? [StorageNetwork] : Options.Networks;

    /// <summary>Of every side of a switch.</summary>
    internal IReadOnlyList<int> Sides => Options.Redundant ? [1, 2] : [1];

    internal IReadOnlyList<Cable> CablesOf(string host) => [.. LinksOf(host).SelectMany(network => Sides.Select(side => new Cable(host, network, side)))];

    /// <summary>Of the hosts and the store.</summary>
    internal IEnumerable<Cable> Cables => Hosts.Append(Store).SelectMany(CablesOf);

    /// <summary>A network, all of its switches, or one of the two switches of all networks.</summary>
    internal string KnownSwitch(string name) => Options.Redundant && Sides.Select(Cable.Switch).Contains(name) ? name : Network(name).Name;

    internal int KnownSide(int side) => Sides.Contains(side) ? side
        : throw new LabException($"The lab '{Options.Name}' has one cable a link; 'holdfast lab up --redundant' makes one with two.");

    /// <summary>The switch's end of a link (of its first cable). The host's end is <see cref="Link"/>.</summary>
    internal static string Port(string host, string network) => $"{host}-{network}";

    internal static string Link(string network) => $"{network}0";

    /// <summary>A router's address on the switch of a network: what the agents ping as evidence.</summary>
    internal string Gateway(LabNetwork network) => Address(network, 250);

    /// <summary>Given, as a bridge without an address of its own takes its ports' lowest: with a host that boots it would change, and who knew the router would ask nobody for a while.</summary>
    internal string RouterMac(LabNetwork network) => string.Create(CultureInfo.InvariantCulture, $"02:48:46:00:{Number(network):x2}:fa");

    /// <summary>The side of a network that its router is in: in a redundant lab not the same for all.</summary>
    internal int RouterSide(LabNetwork network) => Sides[Math.Max(0, Gateways.ToList().IndexOf(network)) % Sides.Count];

    /// <summary>The networks with a router: where hosts and where guests leave for the world.</summary>
    internal IReadOnlyList<LabNetwork> Gateways => [.. Options.Networks.Where(network => network.Role is "cluster" or "guest")];

    private string Address(LabNetwork network, int host) =>
        string.Create(CultureInfo.InvariantCulture, $"10.{81 + Index}.{Number(network)}.{host}");

    private int Number(LabNetwork network) => Options.Networks.ToList().IndexOf(network) + 1;

    internal void Save()
    {
        var file = Paths.State + ".new";
        File.WriteAllText(file, JsonSerializer.Serialize(this, StateJson.Default.LabState));
        File.Move(file, Paths.State, overwrite: true);
    }

    /// <summary>Null when there is no such lab, or one whose building died before its state was written.</summary>
    internal static LabState? Find(string name)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(new LabPaths(name).State), StateJson.Default.LabState);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    internal static LabState Load(string name) => Find(name)
        ?? throw new LabException($"There is no lab '{name}'; 'holdfast lab up{(name == LabOptions.DefaultName ? "" : $" --name {name}")}' makes one.");
}
