namespace Holdfast.Simulation.World;

/// <summary>The one heap of everything that is due, in true time; what is due at the same instant happens in the order in which it was asked for.</summary>
internal sealed class Timeline
{
    private readonly DueHeap due = new();

    public TimeSpan Now { get; private set; }

    /// <summary>Happenings so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The scope of what never ends: servers, cables, people.</summary>
    public Scope Outside { get; } = new(null);

    public void After(TimeSpan delay, Scope scope, Action act)
    {
        if (delay > TimeSpan.Zero)
        {
            Add(Now + delay, new(scope, act));
        }
        else
        {
            due.AddAtOnce(Now.Ticks, new(scope, act));
        }
    }

    public void After(TimeSpan delay, Action act) => After(delay, Outside, act);

    public void Add(TimeSpan at, Happening happening) => due.Add(at.Ticks, happening);

    /// <summary>Again and again, <paramref name="every"/> after the last one had its turn, until the scope ends.</summary>
    public void Repeat(TimeSpan every, Scope scope, Action act)
    {
        void Turn()
        {
            act();
            After(every, scope, Turn);
        }

        After(every, scope, Turn);
    }

    public void RunUntil(TimeSpan end)
    {
        while (due.TryTake(end.Ticks, out var time, out var next))
        {
            Now = new(time);
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
}
