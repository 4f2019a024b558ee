using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Adapters.Network;

/// <summary>
/// What makes a packet ours: the cluster's secret, bound to the cluster's id, so that two clusters that share a secret by mistake (a copied
/// configuration) still do not hear each other. Each purpose has a key of its own.
/// </summary>
public sealed class ClusterKey(Guid clusterId, byte[] secret)
{
    public const int TagLength = 32;

    private readonly byte[] heartbeats = Derive(clusterId, secret, "heartbeat");
    private readonly byte[] peers = Derive(clusterId, secret, "peer");

    internal void SignHeartbeat(ReadOnlySpan<byte> body, Span<byte> tag) => HMACSHA256.HashData(heartbeats, body, tag);

    internal void SignPeer(ReadOnlySpan<byte> body, Span<byte> tag) => HMACSHA256.HashData(peers, body, tag);

    internal static bool Same(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => CryptographicOperations.FixedTimeEquals(one, other);

    private static byte[] Derive(Guid clusterId, byte[] secret, string purpose) =>
        HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"holdfast 1 {purpose} {clusterId:N}"));
}
