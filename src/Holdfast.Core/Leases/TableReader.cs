using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Core.Leases;

/// <summary>Reads what <see cref="TableWriter"/> wrote. Past the end it throws <see cref="FormatException"/>: the CRC fitted, so the writer was wrong.</summary>
internal ref struct TableReader(ReadOnlySpan<byte> buffer)
{
    private ReadOnlySpan<byte> rest = buffer;

    public readonly bool AtEnd => rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ulong Long() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("The lease table holds a number of more than 64 bits.");
    }

    public string Text() => Encoding.UTF8.GetString(Take(Byte()));

    private ReadOnlySpan<byte> Take(int length)
    {
        if (rest.Length < length)
        {
            throw new FormatException("The lease table ends in the middle of a field.");
        }

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
