using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Holdfast.Adapters.Network;

/// <summary>
/// The wire form of a connection between two agents. Both sides say a random nonce first; every frame and every acknowledgement is signed over both
/// nonces and a counter, so nothing from another connection, and nothing twice, is ever taken. No clocks are involved.
/// </summary>
/// <remarks>
/// Hello, both ways: magic u32, version u8, slot u8, u16 zero, nonce 32 bytes.
/// Frame: length of body u32, counter u64, tag 32 bytes, body (JSON). Acknowledgement: counter u64, code u8, tag 32 bytes.
/// </remarks>
internal sealed class PeerWire(NetworkStream stream, ClusterKey key, byte[] nonces)
{
    public const int MaxBody = 4 << 20;
    private const uint Magic = 0x5050_4648; // "HFPP"
    private const byte Version = 1;
    private const int NonceLength = 32;
    private const int HelloLength = 8 + NonceLength;
    private const int FrameHead = 4 + 8 + ClusterKey.TagLength;
    private const int AckLength = 8 + 1 + ClusterKey.TagLength;

    /// <summary>Exchange hellos; null when the other side does not speak this protocol. The nonces are ordered caller first on both sides.</summary>
    public static async Task<(PeerWire Wire, int Slot)?> MeetAsync(NetworkStream stream, ClusterKey key, int slot, bool caller, CancellationToken limit)
    {
        var mine = new byte[HelloLength];
        BinaryPrimitives.WriteUInt32LittleEndian(mine, Magic);
        (mine[4], mine[5]) = (Version, checked((byte)slot));
        RandomNumberGenerator.Fill(mine.AsSpan(8));
        await stream.WriteAsync(mine, limit);
        var theirs = new byte[HelloLength];
        await stream.ReadExactlyAsync(theirs, limit);
        if (BinaryPrimitives.ReadUInt32LittleEndian(theirs) != Magic || theirs[4] != Version)
        {
            return null;
        }

        byte[] nonces = caller ? [.. mine, .. theirs] : [.. theirs, .. mine];
        return (new PeerWire(stream, key, nonces), theirs[5]);
    }

    public async Task WriteFrameAsync(ulong counter, byte[] body, CancellationToken limit)
    {
        var frame = new byte[FrameHead + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)body.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(4), counter);
        key.SignPeer(Signed('m', counter, body), frame.AsSpan(12));
        body.CopyTo(frame, FrameHead);
        await stream.WriteAsync(frame, limit);
    }

    /// <summary>Null when the frame is too long, out of turn or not signed: the connection is to be closed.</summary>
    public async Task<byte[]?> ReadFrameAsync(ulong counter, CancellationToken limit)
    {
        var head = new byte[FrameHead];
        await stream.ReadExactlyAsync(head, limit);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length > MaxBody || BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(4)) != counter)
        {
            return null;
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, limit);
        return key.VerifyPeer(Signed('m', counter, body), head.AsSpan(12)) ? body : null;
    }

    public async Task WriteAckAsync(ulong counter, byte code, CancellationToken limit)
    {
        var ack = new byte[AckLength];
        BinaryPrimitives.WriteUInt64LittleEndian(ack, counter);
        ack[8] = code;
        key.SignPeer(Signed('a', counter, [code]), ack.AsSpan(9));
        await stream.WriteAsync(ack, limit);
    }

    public async Task<(ulong Counter, byte Code)?> ReadAckAsync(CancellationToken limit)
    {
        var ack = new byte[AckLength];
        await stream.ReadExactlyAsync(ack, limit);
        var counter = BinaryPrimitives.ReadUInt64LittleEndian(ack);
        return key.VerifyPeer(Signed('a', counter, [ack[8]]), ack.AsSpan(9)) ? (counter, ack[8]) : null;
    }

    private byte[] Signed(char kind, ulong counter, ReadOnlySpan<byte> body)
    {
        var signed = new byte[nonces.Length + 9 + body.Length];
        nonces.CopyTo(signed, 0);
        signed[nonces.Length] = (byte)kind;
        BinaryPrimitives.WriteUInt64LittleEndian(signed.AsSpan(nonces.Length + 1), counter);
        body.CopyTo(signed.AsSpan(nonces.Length + 9));
        return signed;
    }
}
