namespace Holdfast.Lab.Faults;

/// <summary>Every disturbance that is in effect. The links are made to agree with it as a whole, so no order of faults leaves a rest.</summary>
internal sealed record FaultTable
{
    public IReadOnlyList<LinkFault> Links { get; init; } = [];

    /// <summary>Networks, or "sw1" and "sw2" of a redundant lab.</summary>
    public IReadOnlyList<string> SwitchesDown { get; init; } = [];

    /// <summary>Networks whose router answers nobody.</summary>
    public IReadOnlyList<string> GatewaysDown { get; init; } = [];

    /// <summary>Two hosts that do not reach each other on a network, though each reaches the others.</summary>
    public IReadOnlyList<PairFault> Pairs { get; init; } = [];

    /// <summary>Fence devices that are broken or slow.</summary>
    public IReadOnlyDictionary<string, string> FenceDevices { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Hosts whose watchdog never fires.</summary>
    public IReadOnlyList<string> BrokenWatchdogs { get; init; } = [];

    /// <summary>Hosts whose writes to their own slot and ballots the store refuses.</summary>
    public IReadOnlyList<string> WritesRefused { get; init; } = [];

    /// <summary>Hung hosts with the processes that were stopped already before: unhanging must not wake what a guard had frozen.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<int>> Hung { get; init; } = new SortedDictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);

    /// <summary>Processes stopped one by one, as "HOST PROCESS PID START".</summary>
    public IReadOnlyList<string> Stopped { get; init; } = [];

    internal LinkFault Of(string host, string network) =>
        Links.FirstOrDefault(link => link.Host == host && link.Network == network) ?? new LinkFault(host, network);

    internal FaultTable With(LinkFault fault) => this with
    {
        Links = [.. Links.Where(link => (link.Host, link.Network) != (fault.Host, fault.Network)), .. fault.Any ? [fault] : Array.Empty<LinkFault>()],
    };

    internal FaultTable With(PairFault pair) => this with { Pairs = [.. Pairs.Where(other => other != pair), pair] };

    /// <summary>Nothing is wrong with this link any more, nor between it and any other.</summary>
    internal FaultTable Healed(string host, string network) =>
        With(new LinkFault(host, network)) with { Pairs = [.. Pairs.Where(pair => pair.Network != network || (pair.Host != host && pair.Other != host))] };

    internal FaultTable WithSwitch(string network, bool up) => this with
    {
        SwitchesDown = [.. SwitchesDown.Where(name => name != network), .. up ? Array.Empty<string>() : [network]],
    };

    internal FaultTable WithGateway(string network, bool up) => this with
    {
        GatewaysDown = [.. GatewaysDown.Where(name => name != network), .. up ? Array.Empty<string>() : [network]],
    };

    internal FaultTable WithFenceDevice(string host, string state)
    {
        var devices = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in FenceDevices)
        {
            devices[name] = value;
        }

        _ = state == "ok" ? devices.Remove(host) : (devices[host] = state) is null;
        return this with { FenceDevices = devices };
    }

    internal FaultTable WithWatchdog(string host, bool broken) => this with
    {
        BrokenWatchdogs = [.. BrokenWatchdogs.Where(name => name != host), .. broken ? [host] : Array.Empty<string>()],
    };

    internal FaultTable WithWrites(string host, bool refused) => this with
    {
        WritesRefused = [.. WritesRefused.Where(name => name != host), .. refused ? [host] : Array.Empty<string>()],
    };

    internal FaultTable WithHung(string host, IReadOnlyList<int>? stoppedBefore)
    {
        var hung = new SortedDictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
        foreach (var (name, value) in Hung)
        {
            hung[name] = value;
        }

        _ = hung.Remove(host);
        if (stoppedBefore is not null)
        {
            hung[host] = stoppedBefore;
        }

        return this with { Hung = hung };
    }

    /// <summary>Whether the switch's end of a cable is up.</summary>
    internal bool PortUp(Cable cable) => !Of(cable.Host, cable.Network.Name).HasCut(cable.Side) && !SwitchesDown.Contains(cable.Network.Name) && !SwitchesDown.Contains(Cable.Switch(cable.Side));

    /// <summary>One sentence a fault, in the words that make it.</summary>
    internal IReadOnlyList<string> Describe() =>
    [
        .. SwitchesDown.Select(network => $"switch {network} down"),
        .. GatewaysDown.Select(network => $"gateway {network} down"),
        .. Links.SelectMany(link => link.Describe()),
        .. Pairs.Select(pair => $"apart {pair.Host} {pair.Other} {pair.Network}"),
        .. Hung.Keys.Select(host => $"hang {host}"),
        .. Stopped.Select(entry => $"stop-process {string.Join(' ', entry.Split(' ').Take(2))}"),
        .. FenceDevices.Select(device => $"fence-device {device.Key} {device.Value}"),
        .. WritesRefused.Select(host => $"store-writes {host} refused"),
        .. BrokenWatchdogs.Select(host => $"watchdog {host} broken"),
    ];
}
