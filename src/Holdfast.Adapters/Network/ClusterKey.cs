using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Adapters.Network;

/// <summary>
/// What makes a packet ours: the cluster's secret, bound to the cluster's id, so that two clusters that share a secret by mistake (a copied
/// configuration) still do not hear each other. Each purpose has a key of its own.
/// </summary>
/// <remarks>
/// Rotation: what is sent is under the first secret, what comes in may be under any of them. So a new one is added behind the old one on every
/// host, then put first on every host, then the old one is taken away; no host is ever deaf to another.
/// </remarks>
public sealed class ClusterKey
{
    /// <summary>Length of the tags of messages between agents.</summary>
    public const int TagLength = 32;
    private readonly Secret[] secrets;

    /// <param name="secrets">At least one; the first is used for what is sent.</param>
    public ClusterKey(Guid clusterId, params IReadOnlyList<byte[]> secrets)
    {
        if (secrets.Count == 0)
        {
            throw new ArgumentException("A cluster needs at least one secret.", nameof(secrets));
        }

        this.secrets = [.. secrets.Select(s => new Secret(clusterId, s))];
    }

    /// <summary>Names the secret that is sent under; derived from it, so that nobody has to number them.</summary>
    internal uint Id => secrets[0].Id;

    /// <summary>
    /// The cipher for the heartbeats of one boot of one host, or null when no secret has this id. Each boot has a key of its own, so that a nonce made of
    /// the boot's clock and a counter is never used twice with one key. Not for two threads at once.
    /// </summary>
    internal ChaCha20Poly1305? Heartbeats(uint id, int slot, Guid bootId)
    {
        foreach (var secret in secrets)
        {
            if (secret.Id == id)
            {
                Span<byte> boot = stackalloc byte[20];
                BinaryPrimitives.WriteInt32LittleEndian(boot, slot);
                bootId.TryWriteBytes(boot[4..]);
                return new ChaCha20Poly1305(HMACSHA256.HashData(secret.Heartbeats, boot));
            }
        }

        return null;
    }

    internal void SignPeer(ReadOnlySpan<byte> body, Span<byte> tag) => HMACSHA256.HashData(secrets[0].Peers, body, tag);

    internal bool VerifyPeer(ReadOnlySpan<byte> body, ReadOnlySpan<byte> tag) => Verify(body, tag, s => s.Peers);

    /// <summary>The tag of a request from one agent to another's HTTP API, <see cref="TagLength"/> bytes.</summary>
    public byte[] SignCall(ReadOnlySpan<byte> call) => HMACSHA256.HashData(secrets[0].Calls, call);

    public bool VerifyCall(ReadOnlySpan<byte> call, ReadOnlySpan<byte> tag) => Verify(call, tag, s => s.Calls);

    private bool Verify(ReadOnlySpan<byte> body, ReadOnlySpan<byte> tag, Func<Secret, byte[]> key)
    {
        Span<byte> right = stackalloc byte[TagLength];
        foreach (var secret in secrets)
        {
            HMACSHA256.HashData(key(secret), body, right);
            if (CryptographicOperations.FixedTimeEquals(right, tag))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Secret(Guid clusterId, byte[] secret)
    {
        public uint Id { get; } = BinaryPrimitives.ReadUInt32LittleEndian(Derive(clusterId, secret, "id"));

        public byte[] Heartbeats { get; } = Derive(clusterId, secret, "heartbeat");

        public byte[] Peers { get; } = Derive(clusterId, secret, "peer");

        public byte[] Calls { get; } = Derive(clusterId, secret, "call");

        private static byte[] Derive(Guid clusterId, byte[] secret, string purpose) =>
            HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"holdfast 1 {purpose} {clusterId:N}"));
    }
}
