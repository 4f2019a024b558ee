using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Runtime.Hosting;

/// <summary>
/// A queue between threads whose taker sleeps at once when it is empty. BlockingCollection and SemaphoreSlim yield the processor in a loop before they sleep:
/// on two processors the agent's threads passed it to and fro among themselves for milliseconds while the message that a paused machine waited for was not sent.
/// </summary>
public sealed class BlockingQueue<T>
{
    private readonly object gate = new();
    private readonly Queue<T> items = new();
    private bool closed;

    /// <returns>False when the queue is closed; the item was not taken.</returns>
    public bool Add(T item)
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }

            items.Enqueue(item);
            Monitor.Pulse(gate);
            return true;
        }
    }

    /// <param name="limit">How long to wait for an item at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>False when none came in time, or when the queue is closed and empty.</returns>
    public bool TryTake(TimeSpan limit, [MaybeNullWhen(false)] out T item)
    {
        lock (gate)
        {
            while (items.Count == 0 && !closed && Monitor.Wait(gate, limit))
            {
            }

            return items.TryDequeue(out item);
        }
    }

    /// <summary>Nothing more is added; what is there can still be taken.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }
}
