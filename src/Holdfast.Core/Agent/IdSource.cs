using System.Buffers.Binary;

namespace Holdfast.Core.Agent;

/// <summary>Identifiers from one seed (SplitMix64, Steele et al. 2014), so that the same inputs give the same effects.</summary>
public sealed class IdSource(ulong seed)
{
    private ulong state = seed;

    public ulong Number()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Number());
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Number());
        return new(bytes);
    }
}
