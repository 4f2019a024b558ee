namespace Holdfast.Simulation.World;

/// <summary>
/// Something that can end or stand still with all that it has begun: a host's boot, an agent's process, a guard's process. What is due while it
/// stands still happens, in order, when it goes on; what is due after its end never happens.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private readonly List<Happening> parked = [];
    private bool ended;
    private int pauses;

    public bool Ended => ended || parent is { Ended: true };

    public bool Paused => StandsStill is not null;

    /// <summary>The innermost scope that stands still, or null.</summary>
    public Scope? StandsStill => pauses > 0 ? this : parent?.StandsStill;

    public void End()
    {
        ended = true;
        parked.Clear();
    }

    public void Pause() => pauses++;

    public void Resume(Timeline timeline)
    {
        pauses--;
        if (pauses > 0)
        {
            return;
        }

        foreach (var late in parked)
        {
            timeline.Add(timeline.Now, late);
        }

        parked.Clear();
    }

    public void Park(Happening happening) => parked.Add(happening);
}

/// <summary>One thing that is due, and whose it is.</summary>
internal readonly record struct Happening(Scope Scope, Action Act);
