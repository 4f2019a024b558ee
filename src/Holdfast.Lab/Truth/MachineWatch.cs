namespace Holdfast.Lab.Truth;

/// <summary>What is seen of one machine from outside while something is broken.</summary>
public sealed class MachineWatch(TruthMachine before)
{
    /// <summary>The guest counts every 50 ms. A shorter silence is a busy machine's (1.8 s were seen beside a compiler), a pause of ours lasts for seconds.</summary>
    private static readonly TimeSpan Noise = TimeSpan.FromSeconds(2);

    private readonly Lock turn = new();
    private readonly List<(DateTimeOffset At, string Host, long Counter)> counts = [];
    private int still;
    private int doubled;

    public TruthMachine Before { get; } = before;

    public string From => Before.Copies[0].Host;

    public bool Stopped { get; private set; }

    public TruthMachine Last { get; private set; } = before;

    /// <summary>Boots of the guest after the first.</summary>
    public int Restarted => boots.Count - 1;

    private readonly HashSet<string> boots = [before.BootId!];
    private bool twice;

    /// <summary>What tells that it ran twice; null: nothing does. A guest whose memory QEMU's copy has damaged may find foreign writes too (docs/design/migration.md).</summary>
    public string? RanTwice =>
        twice ? "two of its copies were seen executing in two looks"
        : Last.ForeignWrites > Before.ForeignWrites ? "its guest found a foreign write on its disk"
        : Last.Gaps > Before.Gaps ? "its guest found counts missing on its disk"
        : CountedTwice();

    /// <summary>The newest count, and the host that it came from.</summary>
    public (string? Host, long Counter) LastCount
    {
        get
        {
            lock (turn)
            {
                return counts is [.., var last] ? (last.Host, last.Counter) : (null, Before.Counter ?? 0);
            }
        }
    }

    public void Count(DateTimeOffset at, string host, long counter)
    {
        lock (turn)
        {
            counts.Add((at, host, counter));
        }
    }

    /// <summary>Two looks in a row: one may fall on both sides of a hand-over, or find a guest waiting for a processor.</summary>
    public void Look(TruthMachine now)
    {
        Last = now;
        boots.UnionWith(now.BootId is { } boot ? [boot] : []);
        still = now.Copies.Any(c => c.Executing) ? 0 : still + 1;
        doubled = now.Copies.Count(c => c.Executing) > 1 ? doubled + 1 : 0;
        Stopped |= still > 1;
        twice |= doubled > 1;
    }

    /// <summary>The longest time between two counts, and when it began.</summary>
    public (TimeSpan Longest, DateTimeOffset From) LongestSilence
    {
        get
        {
            lock (turn)
            {
                var times = counts.Select(c => c.At).ToList();
                return times.Zip(times.Skip(1), (one, next) => (next - one, one)).DefaultIfEmpty().Max();
            }
        }
    }

    /// <summary>The longest silence, and the sum of those that are none of a busy machine.</summary>
    public (TimeSpan Longest, TimeSpan Outage) Silence(DateTimeOffset began, DateTimeOffset ended)
    {
        lock (turn)
        {
            DateTimeOffset[] times = [began, .. counts.Select(c => c.At), ended];
            var gaps = times.Zip(times.Skip(1), (one, next) => next - one).ToList();
            return (gaps.Max(), gaps.Where(gap => gap >= Noise).Aggregate(TimeSpan.Zero, (sum, gap) => sum + gap));
        }
    }

    private string? CountedTwice()
    {
        lock (turn)
        {
            return counts.Select(c => (c.Host, c.Counter)).Distinct().GroupBy(c => c.Counter).FirstOrDefault(count => count.Count() > 1) is { } both
                ? $"count {both.Key} came from {string.Join(" and ", both.Select(c => c.Host))}"
                : null;
        }
    }
}
