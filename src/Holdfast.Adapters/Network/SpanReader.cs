using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Adapters.Network;

/// <summary>Fields one after another, little-endian. Past the end everything reads as zero and <see cref="Failed"/> stays set: it is asked once, at the end.</summary>
internal ref struct SpanReader(ReadOnlySpan<byte> from)
{
    private static readonly byte[] Nothing = new byte[byte.MaxValue];
    private ReadOnlySpan<byte> left = from;

    public bool Failed { get; private set; }

    public readonly int Left => left.Length;

    public byte U8() => Next(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Next(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Next(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Next(8));

    public Guid Guid() => new(Next(16));

    /// <summary>What <see cref="SpanWriter.Text"/> wrote; longer than <paramref name="most"/> bytes is a failure.</summary>
    public string Text(int most)
    {
        int length = U8();
        Failed |= length > most;
        return Encoding.UTF8.GetString(Next(length));
    }

    private ReadOnlySpan<byte> Next(int length)
    {
        if (left.Length < length)
        {
            Failed = true;
            left = [];
            return Nothing.AsSpan(0, length);
        }

        var next = left[..length];
        left = left[length..];
        return next;
    }
}
