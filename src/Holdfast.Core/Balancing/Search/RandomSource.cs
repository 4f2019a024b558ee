using System.Numerics;

namespace Holdfast.Core.Balancing.Search;

/// <summary>xoshiro256** (D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", 2021): the same numbers from the same seed, on every platform.</summary>
internal sealed class RandomSource
{
    private ulong a, b, c, d;

    public RandomSource(ulong seed)
    {
        // SplitMix64 fills the state, as its authors advise.
        ulong Next()
        {
            var z = seed += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }

        (a, b, c, d) = (Next(), Next(), Next(), Next());
    }

    public ulong Bits()
    {
        var result = BitOperations.RotateLeft(b * 5, 7) * 9;
        var t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    /// <summary>0 to limit − 1.</summary>
    public int Below(int limit) => (int)(((Bits() >> 32) * (ulong)limit) >> 32);

    /// <summary>At least 0 and less than 1.</summary>
    public double Share() => (Bits() >> 11) * (1.0 / (1UL << 53));
}
