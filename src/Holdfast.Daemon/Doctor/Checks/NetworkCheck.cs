using Holdfast.Core.Evidence;

namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>This host's links, and whether packets as large as each link's MTU reach the other hosts in one piece.</summary>
/// <param name="ping">Address and bytes of the whole packet; null: it cannot be tried.</param>
internal sealed class NetworkCheck(IReadOnlyList<CheckedNetwork> networks, Func<string, OwnLink?> link, Func<string, int, Task<bool?>> ping) : ICheck
{
    private const int Small = 128;

    public string Name => "networks";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => [.. (await Task.WhenAll(networks.Select(LookAsync))).SelectMany(f => f)];

    private async Task<IEnumerable<Finding>> LookAsync(CheckedNetwork network)
    {
        if (network.Interface is not { } name)
        {
            return [Finding.Warning($"{network.Name}: no interface is named, so that a pulled cable is not seen and its MTU is not known", "give the network its interface in networks")];
        }

        if (link(name) is not { } own)
        {
            return [Finding.Failed($"{network.Name}: there is no interface {name}", "mend its name in networks, or the host's network configuration")];
        }

        return !own.Carrier ? [Finding.Failed($"{network.Name}: {name} has no carrier", "plug its cable in, or set it up ('ip link set up'); the switch's port may be off")]
            : network.Peers.Count == 0 ? [Finding.Ok($"{network.Name}: {name} is up, MTU {own.Mtu}")]
            : await Task.WhenAll(network.Peers.Select(p => PeerAsync(network.Name, name, own.Mtu, p.Host, p.Address)));
    }

    private async Task<Finding> PeerAsync(string network, string name, int mtu, string host, string address) => (await ping(address, mtu), await ping(address, Small)) switch
    {
        (true, _) => Finding.Ok($"{network}: {name} is up, and packets of its MTU, {mtu}, reach {host}"),
        (false, true) => Finding.Failed($"{network}: small packets reach {host} ({address}), those of {name}'s MTU, {mtu}, do not", "give all hosts' interfaces and the switches between them one MTU; migrations stick on such a path"),
        (false, _) => Finding.Warning($"{network}: {host} ({address}) does not answer a ping", "nothing, if it is off or does not answer pings; else see 'holdfast network show'"),
        (null, _) => Finding.Unknown($"{network}: {name} is up, MTU {mtu}; whether packets of that size reach {host} was not tried", "install iputils-ping"),
    };
}

/// <param name="Peers">The other hosts' addresses there.</param>
internal sealed record CheckedNetwork(string Name, string? Interface, IReadOnlyList<(string Host, string Address)> Peers);
