using Holdfast.Core;

namespace Holdfast.Simulation.World;

/// <summary>
/// What is due, by time and then in the order in which it was asked for. A heap of four children a node: the simulator spends its time here, and the
/// base library's queue asks a comparer through an interface for each step. What moves in it are 16 bytes without a reference, so that four children
/// are one cache line and the garbage collector need not be told of any move.
/// </summary>
internal sealed class DueHeap
{
    private const int Children = 4;

    /// <summary>Low bits of <see cref="Due.Order"/>: which place in <see cref="happenings"/>.</summary>
    private const int PlaceBits = 24;
    private readonly Queue<(Due Due, Happening What)> atOnce = new();
    private readonly Stack<int> vacant = new();
    private Due[] items = new Due[1024];
    private Happening[] happenings = new Happening[1024];
    private int count;
    private ulong sequence;

    /// <summary>For what is due at the present instant, a third of all: it comes after all that was asked for before it, and needs no heap.</summary>
    public void AddAtOnce(long now, Happening happening) => atOnce.Enqueue((new(now, sequence++ << PlaceBits), happening));

    public void Add(long time, Happening happening)
    {
        if (count == items.Length)
        {
            Array.Resize(ref items, count * 2);
        }

        var due = new Due(time, (sequence++ << PlaceBits) | Keep(happening));
        var place = count++;
        while (place > 0 && (place - 1) / Children is var parent && due.IsBefore(items[parent]))
        {
            items[place] = items[parent];
            place = parent;
        }

        items[place] = due;
    }

    /// <summary>The first one that is due at <paramref name="end"/> or before, and when.</summary>
    public bool TryTake(long end, out long time, out Happening happening)
    {
        if (atOnce.TryPeek(out var first) && (count == 0 || first.Due.IsBefore(items[0])))
        {
            (time, happening) = (first.Due.Time, first.What);
            return time <= end && atOnce.TryDequeue(out _);
        }

        if (count == 0 || items[0].Time > end)
        {
            (time, happening) = (end, default);
            return false;
        }

        time = items[0].Time;
        happening = Give(items[0].Place);
        if (--count > 0)
        {
            Sink(items[count]);
        }

        return true;
    }

    private uint Keep(Happening happening)
    {
        if (!vacant.TryPop(out var place))
        {
            // No place is vacant: those before it belong to what is in the heap.
            place = count;
            Invariant.That(place < 1 << PlaceBits, "More is due than the heap can number.");
            if (place == happenings.Length)
            {
                Array.Resize(ref happenings, place * 2);
            }
        }

        happenings[place] = happening;
        return (uint)place;
    }

    private Happening Give(int place)
    {
        var happening = happenings[place];
        happenings[place] = default;
        vacant.Push(place);
        return happening;
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

    /// <param name="Order">Above the place: which was asked for first.</param>
    private readonly record struct Due(long Time, ulong Order)
    {
        public int Place => (int)(Order & ((1 << PlaceBits) - 1));

        public bool IsBefore(in Due other) => Time != other.Time ? Time < other.Time : Order < other.Order;
    }
}
