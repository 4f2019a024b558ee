using System.Numerics;

namespace Holdfast.Core.Evidence;

/// <summary>The last few samples of a duration.</summary>
internal sealed class SampleRing(int size)
{
    private readonly long[] ticks = new long[size];
    private int next;
    private int count;

    // What was first seen, and the sum of the differences from it: the mean is asked for with every beat. A sum of the samples themselves could overflow.
    private long anchor;
    private long excess;

    public bool IsEmpty => count == 0;

    public TimeSpan Least => new(Samples.Length == 0 ? 0 : Min(Samples));

    /// <summary>Rounded down.</summary>
    public TimeSpan Mean => new(count == 0 ? 0 : anchor + FloorDivided(excess, count));

    /// <summary>Mean difference from the mean.</summary>
    public TimeSpan Spread
    {
        get
        {
            var mean = Mean.Ticks;
            var sum = Vector<long>.Zero;
            var samples = Samples;
            for (; samples.Length >= Vector<long>.Count; samples = samples[Vector<long>.Count..])
            {
                sum += Vector.Abs(new Vector<long>(samples) - new Vector<long>(mean));
            }

            var all = Vector.Sum(sum);
            foreach (var sample in samples)
            {
                all += Math.Abs(sample - mean);
            }

            return new(count == 0 ? 0 : all / count);
        }
    }

    private ReadOnlySpan<long> Samples => ticks.AsSpan(0, count);

    public void Add(TimeSpan sample)
    {
        if (count == 0)
        {
            (anchor, excess) = (sample.Ticks, 0);
        }

        excess += sample.Ticks - (count == ticks.Length ? ticks[next] : anchor);
        ticks[next] = sample.Ticks;
        next = (next + 1) % ticks.Length;
        count = Math.Min(count + 1, ticks.Length);
    }

    public void Clear() => (next, count) = (0, 0);

    private static long FloorDivided(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);

    private static long Min(ReadOnlySpan<long> samples)
    {
        var least = long.MaxValue;
        foreach (var sample in samples)
        {
            least = Math.Min(least, sample);
        }

        return least;
    }
}
