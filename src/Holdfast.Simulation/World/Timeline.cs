namespace Holdfast.Simulation.World;

/// <summary>The one heap of everything that is due, in true time; what is due at the same instant happens in the order in which it was asked for.</summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<Happening, (long Time, long Sequence)> due = new(1024, new Order());
    private long sequence;

    public TimeSpan Now { get; private set; }

    /// <summary>Happenings so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The scope of what never ends: servers, cables, people.</summary>
    public Scope Outside { get; } = new(null);

    public void After(TimeSpan delay, Scope scope, Action act) => Add(Now + (delay > TimeSpan.Zero ? delay : TimeSpan.Zero), new(scope, act));

    public void After(TimeSpan delay, Action act) => After(delay, Outside, act);

    public void Add(TimeSpan at, Happening happening) => due.Enqueue(happening, (at.Ticks, sequence++));

    /// <summary>Again and again, <paramref name="every"/> after the last one had its turn, until the scope ends.</summary>
    public void Repeat(TimeSpan every, Scope scope, Action act) => After(every, scope, () =>
    {
        act();
        Repeat(every, scope, act);
    });

    public void RunUntil(TimeSpan end)
    {
        while (due.TryPeek(out var next, out var when) && when.Time <= end.Ticks)
        {
            due.Dequeue();
            Now = new(when.Time);
            if (next.Scope.Ended)
            {
                continue;
            }

            if (next.Scope.StandsStill is { } still)
            {
                still.Park(next);
                continue;
            }

            Steps++;
            next.Act();
        }

        Now = end;
    }

    private sealed class Order : IComparer<(long Time, long Sequence)>
    {
        public int Compare((long Time, long Sequence) x, (long Time, long Sequence) y) =>
            x.Time != y.Time ? x.Time.CompareTo(y.Time) : x.Sequence.CompareTo(y.Sequence);
    }
}
