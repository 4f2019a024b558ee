using System.Collections.Immutable;
using System.Net;
using Holdfast.Adapters.Network;

namespace Holdfast.Adapters.Tests.Network;

/// <summary>Two hosts on two networks, all of 127.0.0.0/8 (any address there is ours).</summary>
internal static class Loopback
{
    private static int ports = 20000 + (Environment.ProcessId * 7 % 20000);

    public static readonly Guid Cluster = Guid.Parse("6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001");

    public static int FreePort() => Interlocked.Increment(ref ports);

    public static ClusterKey Key(string secret = "secret") => new(Cluster, Secret(secret));

    public static byte[] Secret(string secret) => System.Text.Encoding.UTF8.GetBytes(secret);

    public static NetworkMap Map(int slot)
    {
        ImmutableArray<HostAddresses> hosts = [Host("h1", 0), Host("h2", 1)];
        return new NetworkMap(slot, [.. hosts[slot].Addresses.Select(a => new LocalNetwork(a.Key, a.Value))], hosts);
    }

    private static HostAddresses Host(string name, int slot) => new(
        name,
        slot,
        ImmutableSortedDictionary<string, IPAddress>.Empty
            .Add("cluster", IPAddress.Parse($"127.81.1.{slot + 1}"))
            .Add("storage", IPAddress.Parse($"127.81.3.{slot + 1}")));
}
