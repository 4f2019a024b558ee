using System.Security.Cryptography;

namespace Holdfast.Simulation.Exploration;

/// <summary>The canonical form of one state while it is written, and its fingerprint. Reused from state to state.</summary>
public sealed class StateBytes
{
    private readonly byte[] digest = new byte[32];
    private byte[] buffer = new byte[1024];
    private int length;

    public void Clear() => length = 0;

    public byte[] ToArray() => buffer[..length];

    public void Add(bool value) => Add(value ? (byte)1 : (byte)0);

    public void Add(byte value)
    {
        if (length == buffer.Length)
        {
            Array.Resize(ref buffer, length * 2);
        }

        buffer[length++] = value;
    }

    /// <summary>Seven bits a byte, low ones first.</summary>
    public void Add(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Add((byte)(value | 0x80));
        }

        Add((byte)value);
    }

    /// <param name="value">Not negative.</param>
    public void Add(int value) => Add((ulong)(uint)value);

    public void Add(string value)
    {
        Add(value.Length);
        foreach (var c in value)
        {
            Add((ulong)c);
        }
    }

    /// <summary>128 bits of SHA-256: with 10^9 states two of them share a fingerprint by chance once in about 10^20 searches.</summary>
    public UInt128 Fingerprint()
    {
        SHA256.HashData(buffer.AsSpan(0, length), digest);
        return new(BitConverter.ToUInt64(digest, 0), BitConverter.ToUInt64(digest, 8));
    }
}
