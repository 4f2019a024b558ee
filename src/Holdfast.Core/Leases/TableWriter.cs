using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Core.Leases;

/// <summary>Appends little-endian fields to a fixed buffer.</summary>
internal ref struct TableWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;

    public int Length { get; private set; }

    public void Byte(byte value) => buffer[Length++] = value;

    public void Long(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(buffer[Length..], value);
        Length += 8;
    }

    public void Guid(Guid value)
    {
        value.TryWriteBytes(buffer[Length..]);
        Length += 16;
    }

    /// <summary>Seven bits a byte, low ones first.</summary>
    public void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Byte((byte)(value | 0x80));
        }

        Byte((byte)value);
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetBytes(value, buffer[(Length + 1)..]);
        Byte((byte)length);
        Length += length;
    }
}
