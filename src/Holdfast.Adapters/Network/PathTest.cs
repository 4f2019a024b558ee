using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Holdfast.Adapters.Network;

/// <summary>
/// What a path carries, measured: ballast in rounds of growing size over a connection of its own, each acknowledged when all of it has come. The last round counts, when TCP has found
/// its speed.
/// </summary>
/// <remarks>
/// Wire form: a signed frame whose body is a zero byte (no JSON begins with one) and the length of the round u32; then as many bytes without meaning, which the receiver drops; then the acknowledgement.
/// </remarks>
internal static class PathTest
{
    public const int LargestRound = 16 << 20;
    private const int HeadLength = 5;

    /// <summary>For the whole test, the connection included. A path that does not carry the first round in it is not measured.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>A round that takes this long tells enough.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(150);

    private static readonly int[] Rounds = [64 << 10, 256 << 10, 1 << 20, 4 << 20, LargestRound];

    // Random, so that nothing on the way packs it.
    private static readonly byte[] Ballast = RandomNumberGenerator.GetBytes(64 << 10);

    /// <summary>MiB/s.</summary>
    public static async Task<double> RunAsync(PeerConnection connection, CancellationToken limit)
    {
        var rate = 0.0;
        foreach (var bytes in Rounds)
        {
            var begun = Stopwatch.GetTimestamp();
            await connection.SendAsync(Head(bytes), limit, bytes);
            var took = Stopwatch.GetElapsedTime(begun);
            rate = bytes / (double)(1 << 20) / took.TotalSeconds;
            if (took >= Enough)
            {
                break;
            }
        }

        return rate;
    }

    /// <summary>How many bytes of ballast follow this frame; null: it is a message.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> body) =>
        body.Length == HeadLength && body[0] == 0 && BinaryPrimitives.ReadUInt32LittleEndian(body[1..]) is > 0 and <= LargestRound and var length ? (int)length : null;

    public static async Task SendAsync(Stream stream, int bytes, CancellationToken limit)
    {
        for (var left = bytes; left > 0; left -= Ballast.Length)
        {
            await stream.WriteAsync(Ballast.AsMemory(0, Math.Min(left, Ballast.Length)), limit);
        }
    }

    public static async Task DropAsync(Stream stream, int bytes, CancellationToken limit)
    {
        var buffer = new byte[64 << 10];
        for (var left = bytes; left > 0;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), limit);
            left -= read > 0 ? read : throw new EndOfStreamException();
        }
    }

    private static byte[] Head(int bytes)
    {
        var head = new byte[HeadLength];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(1), (uint)bytes);
        return head;
    }
}
