using System.Collections.Concurrent;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Adapters.SharedDisk;

/// <summary>
/// One thread for blocking storage calls, in order, each with a limit that a shared timer watches. A call that passes its limit is reported at
/// once and stays in flight; what waits behind it is reported as well when its own limit passes, and is not begun after that.
/// </summary>
internal sealed class IoThread : IDisposable
{
    private readonly BlockingQueue<Work> waiting = new();
    private readonly ConcurrentDictionary<Work, byte> open = new();
    private readonly Timer timer;

    public IoThread(string name)
    {
        var thread = new Thread(Run) { Name = name, IsBackground = true, Priority = ThreadPriority.AboveNormal };
        timer = new(_ => Expire(), null, 50, 50);
        thread.Start();
    }

    /// <param name="late">Called once when the limit passes first; <paramref name="begun"/> of its argument tells whether the call was begun and so is still in flight.</param>
    public void Begin(TimeSpan limit, Action call, Action<bool> late)
    {
        var work = new Work(Environment.TickCount64 + (long)limit.TotalMilliseconds, call, late);
        open[work] = 0;
        waiting.Add(work);
    }

    public void Dispose()
    {
        waiting.Close();
        timer.Dispose();
    }

    private void Run()
    {
        while (waiting.TryTake(Timeout.InfiniteTimeSpan, out var work))
        {
            if (Interlocked.CompareExchange(ref work.State, Work.Begun, Work.Waiting) == Work.Waiting)
            {
                work.Call();
            }

            open.TryRemove(work, out _);
        }
    }

    private void Expire()
    {
        var now = Environment.TickCount64;
        foreach (var work in open.Keys.Where(w => now > w.Deadline && !w.Reported))
        {
            work.Reported = true;
            var before = Interlocked.CompareExchange(ref work.State, Work.Dropped, Work.Waiting);
            work.Late(before == Work.Begun);
        }
    }

    private sealed class Work(long deadline, Action call, Action<bool> late)
    {
        public const int Waiting = 0;
        public const int Begun = 1;
        public const int Dropped = 2;
        public int State;

        public long Deadline => deadline;

        public Action Call => call;

        public Action<bool> Late => late;

        public bool Reported { get; set; }
    }
}
