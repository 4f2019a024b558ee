namespace Holdfast.Core.Evidence;

/// <summary>The last few samples of a duration.</summary>
internal sealed class SampleRing(int size)
{
    private readonly long[] ticks = new long[size];
    private int next;
    private int count;

    public bool IsEmpty => count == 0;

    public TimeSpan Least => new(Samples.Length == 0 ? 0 : Min(Samples));

    /// <summary>Of the differences from the least sample, so that no sum overflows.</summary>
    public TimeSpan Mean => Least + new TimeSpan(MeanExcess());

    /// <summary>Mean difference from the mean.</summary>
    public TimeSpan Spread
    {
        get
        {
            var mean = Mean.Ticks;
            var sum = 0L;
            foreach (var sample in Samples)
            {
                sum += Math.Abs(sample - mean);
            }

            return new(count == 0 ? 0 : sum / count);
        }
    }

    private ReadOnlySpan<long> Samples => ticks.AsSpan(0, count);

    public void Add(TimeSpan sample)
    {
        ticks[next] = sample.Ticks;
        next = (next + 1) % ticks.Length;
        count = Math.Min(count + 1, ticks.Length);
    }

    public void Clear() => (next, count) = (0, 0);

    private long MeanExcess()
    {
        var least = Least.Ticks;
        var sum = 0L;
        foreach (var sample in Samples)
        {
            sum += sample - least;
        }

        return count == 0 ? 0 : sum / count;
    }

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
