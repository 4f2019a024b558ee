using System.Net;

namespace Holdfast.Daemon.Options;

/// <summary>Paths, ports, and addresses that other keys count on. Each complaint begins with its key.</summary>
internal static class PlaceChecks
{
    public static IEnumerable<string> Of(DaemonOptions o) => Paths(o).Concat(Ports(o)).Concat(Addresses(o));

    private static IEnumerable<string> Paths(DaemonOptions o)
    {
        (string Key, string? Path)[] paths =
        [
            ("secretFile", o.SecretFile), ("stateDirectory", o.StateDirectory), ("socket", o.Socket), ("guardSocket", o.GuardSocket), ("topologyFile", o.TopologyFile),
            ("guestImage", o.GuestImage), ("watchdog", o.Watchdog), ("etcd.dataDirectory", o.Etcd?.DataDirectory),
        ];
        return paths.Where(p => p.Path?.StartsWith('/') == false).Select(p => $"{p.Key} is '{p.Path}'; it must be a whole path that begins with '/'.");
    }

    private static IEnumerable<string> Ports(DaemonOptions o)
    {
        (string Key, int Port)[] udp = [("heartbeatPort", o.HeartbeatPort)];
        (string Key, int Port)[] tcp =
        [
            ("peerPort", o.PeerPort), ("etcd.clientPort", o.Etcd?.ClientPort ?? 0), ("etcd.peerPort", o.Etcd?.PeerPort ?? 0),
            .. IPEndPoint.TryParse(o.Listen ?? "", out var listen) ? [("listen", listen.Port)] : Array.Empty<(string, int)>(),
        ];
        foreach (var (key, port) in udp.Concat(tcp).Where(p => (o.Etcd is not null || !p.Key.StartsWith("etcd", StringComparison.Ordinal)) && p.Port is < 1 or > 65535))
        {
            yield return $"{key} is {(key == "listen" ? $"'{o.Listen}'" : port)}; its port must be 1 to 65535.";
        }

        foreach (var same in tcp.Where(p => p.Port > 0).GroupBy(p => p.Port).Where(g => g.Count() > 1))
        {
            yield return $"{same.Last().Key} has the port {same.Key}, as {same.First().Key} has; give each a port of its own.";
        }
    }

    private static IEnumerable<string> Addresses(DaemonOptions o)
    {
        if (o.Networks.FirstOrDefault(n => n.Has("cluster"))?.Name is not { } cluster)
        {
            yield break;
        }

        foreach (var (host, n) in o.Hosts.Select((h, n) => (h, n)))
        {
            if (o.Etcd?.Members.Contains(host.Name) == true && !host.Addresses.ContainsKey(cluster))
            {
                yield return $"hosts[{n}].addresses has none on the network '{cluster}', and {host.Name} is a member of etcd; give its address there.";
            }

            foreach (var name in host.Addresses.Keys.Where(a => o.Networks.All(network => network.Name != a)))
            {
                yield return $"hosts[{n}].addresses.{name} is on no network of this file; networks names {string.Join(", ", o.Networks.Select(network => network.Name))}.";
            }
        }
    }
}
