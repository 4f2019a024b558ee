using System.Buffers.Binary;

namespace Holdfast.Simulation.World;

/// <summary>All chance of one run comes from one seed (SplitMix64, Steele et al. 2014), so that the seed alone replays it.</summary>
internal sealed class Dice(ulong seed)
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

    /// <summary>0 … <paramref name="limit"/> − 1.</summary>
    public int Below(int limit) => (int)(((Number() >> 32) * (ulong)limit) >> 32);

    public double Fraction() => (Number() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => probability > 0 && Fraction() < probability;

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * Fraction());

    public TimeSpan Milliseconds(double least, double most) => TimeSpan.FromTicks((long)((least + ((most - least) * Fraction())) * TimeSpan.TicksPerMillisecond));

    public TimeSpan Seconds(double least, double most) => Milliseconds(least * 1000, most * 1000);

    public T Any<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Number());
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Number());
        return new(bytes);
    }

    /// <summary>Dice of their own, so that what one part draws does not shift what another part gets.</summary>
    public Dice Apart() => new(Number());
}
