namespace Holdfast.Simulation.World;

/// <summary>
/// What is due, by time and then in the order in which it was asked for. A heap of four children a node: the simulator spends its time here, and the
/// base library's queue asks a comparer through an interface for each step.
/// </summary>
internal sealed class DueHeap
{
    private const int Children = 4;
    private readonly Queue<Due> atOnce = new();
    private Due[] items = new Due[1024];
    private int count;
    private long sequence;

    public bool IsEmpty => count == 0 && atOnce.Count == 0;

    /// <summary>When the first one is due; meaningful only while there is one.</summary>
    public long FirstTime => IsNextAtOnce ? atOnce.Peek().Time : items[0].Time;

    private bool IsNextAtOnce => atOnce.TryPeek(out var first) && (count == 0 || first.IsBefore(items[0]));

    /// <summary>For what is due at the present instant, a third of all: it comes after all that was asked for before it, and needs no heap.</summary>
    public void AddAtOnce(long now, Happening happening) => atOnce.Enqueue(new(now, sequence++, happening));

    public void Add(long time, Happening happening)
    {
        if (count == items.Length)
        {
            Array.Resize(ref items, count * 2);
        }

        var due = new Due(time, sequence++, happening);
        var place = count++;
        while (place > 0 && (place - 1) / Children is var parent && due.IsBefore(items[parent]))
        {
            items[place] = items[parent];
            place = parent;
        }

        items[place] = due;
    }

    public Happening TakeFirst()
    {
        if (IsNextAtOnce)
        {
            return atOnce.Dequeue().What;
        }

        var first = items[0].What;
        var last = items[--count];
        items[count] = default;
        if (count > 0)
        {
            Sink(last);
        }

        return first;
    }

    private void Sink(Due due)
    {
        var place = 0;
        while ((place * Children) + 1 is var child && child < count)
        {
            var least = child;
            for (var other = child + 1; other < count && other < child + Children; other++)
            {
                least = items[other].IsBefore(items[least]) ? other : least;
            }

            if (due.IsBefore(items[least]))
            {
                break;
            }

            items[place] = items[least];
            place = least;
        }

        items[place] = due;
    }

    private readonly record struct Due(long Time, long Sequence, Happening What)
    {
        public bool IsBefore(in Due other) => Time != other.Time ? Time < other.Time : Sequence < other.Sequence;
    }
}
