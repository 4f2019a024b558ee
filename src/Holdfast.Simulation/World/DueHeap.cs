namespace Holdfast.Simulation.World;

/// <summary>
/// What is due, by time and then in the order in which it was asked for. A heap of four children a node: the simulator spends its time here, and the
/// base library's queue asks a comparer through an interface for each step.
/// </summary>
internal sealed class DueHeap
{
    private const int Children = 4;
    private Due[] items = new Due[1024];
    private long sequence;

    public int Count { get; private set; }

    /// <summary>When the first one is due; meaningful only while there is one.</summary>
    public long FirstTime => items[0].Time;

    public void Add(long time, Happening happening)
    {
        if (Count == items.Length)
        {
            Array.Resize(ref items, Count * 2);
        }

        var due = new Due(time, sequence++, happening);
        var place = Count++;
        while (place > 0 && (place - 1) / Children is var parent && due.IsBefore(items[parent]))
        {
            items[place] = items[parent];
            place = parent;
        }

        items[place] = due;
    }

    public Happening TakeFirst()
    {
        var first = items[0].What;
        var last = items[--Count];
        items[Count] = default;
        if (Count > 0)
        {
            Sink(last);
        }

        return first;
    }

    private void Sink(Due due)
    {
        var place = 0;
        while ((place * Children) + 1 is var child && child < Count)
        {
            var least = child;
            for (var other = child + 1; other < Count && other < child + Children; other++)
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
