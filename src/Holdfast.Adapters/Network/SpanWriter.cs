using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Adapters.Network;

/// <summary>Fields one after another, little-endian.</summary>
internal ref struct SpanWriter(Span<byte> to)
{
    private readonly Span<byte> all = to;

    public int Written { get; private set; }

    public void U8(byte value) => Next(1)[0] = value;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Next(2), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Next(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Next(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Next(16));

    /// <summary>Its length in one byte, then UTF-8.</summary>
    /// <exception cref="ArgumentException">It is longer than <paramref name="most"/> bytes.</exception>
    public void Text(string value, int most)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        if (length > most)
        {
            throw new ArgumentException($"'{value}' has {length} bytes; at most {most} fit.", nameof(value));
        }

        U8((byte)length);
        Encoding.UTF8.GetBytes(value, Next(length));
    }

    private Span<byte> Next(int length)
    {
        Written += length;
        return all.Slice(Written - length, length);
    }
}
