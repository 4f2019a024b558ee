using System.Diagnostics;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// Threads for calls that may hang. A call that misses its deadline is reported as timed out and its thread is left behind until the
/// call returns; at most <see cref="MaximumHanging"/> threads may be left behind, after that new calls are refused at once.
/// </summary>
/// <remarks>Own threads, not the thread pool: a hung libvirtd must not starve the rest of the agent.</remarks>
public sealed class CallThreads
{
    private readonly Lock _gate = new();
    private readonly Stack<Worker> _idle = new();
    private readonly int _maximumThreads;
    private int _threads;
    private int _hanging;

    public CallThreads(int maximumHanging = 16, int maximumThreads = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumThreads, maximumHanging);
        MaximumHanging = maximumHanging;
        _maximumThreads = maximumThreads;
    }

    public int MaximumHanging { get; }

    /// <summary>Calls past their deadline whose thread has not come back.</summary>
    public int Hanging => Volatile.Read(ref _hanging);

    /// <summary>Raised when a call missed its deadline: what, and after how long. Runs on a timer thread; must not block.</summary>
    public event Action<string, TimeSpan>? CallHung;

    /// <summary>Raised when such a call has returned after all: what, and after how long. Its result was thrown away.</summary>
    public event Action<string, TimeSpan>? CallReturnedLate;

    /// <summary>
    /// Runs <paramref name="call"/> on a thread of its own. The task ends within <paramref name="deadline"/>; with
    /// <see cref="LibvirtFailure.TimedOut"/> the outcome of the call is unknown.
    /// </summary>
    public Task<T> Run<T>(string what, TimeSpan deadline, Func<T> call)
    {
        var job = new Job<T>(this, what, call);
        Worker? worker;
        lock (_gate)
        {
            if (Hanging >= MaximumHanging || (_idle.Count == 0 && _threads >= _maximumThreads))
            {
                return Task.FromException<T>(new LibvirtException(
                    LibvirtFailure.Exhausted, $"libvirt: {what} not tried: {Hanging} calls to libvirt hang already; look at libvirtd and its QEMU processes"));
            }

            if (!_idle.TryPop(out worker))
            {
                _threads++;
                worker = new Worker(this);
            }
        }

        job.StartDeadline(deadline);
        worker.Give(job);
        return job.Task;
    }

    private void Rest(Worker worker)
    {
        lock (_gate)
        {
            _idle.Push(worker);
        }
    }

    private abstract class Job
    {
        internal abstract void Execute();
    }

    private sealed class Job<T>(CallThreads owner, string what, Func<T> call) : Job
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly long _begun = Stopwatch.GetTimestamp();
        private Timer? _deadline;
        private int _ended;

        internal Task<T> Task => _result.Task;

        internal void StartDeadline(TimeSpan deadline)
        {
            if (deadline != Timeout.InfiniteTimeSpan)
            {
                _deadline = new Timer(static job => ((Job<T>)job!).TimeOut(), this, deadline, Timeout.InfiniteTimeSpan);
            }
        }

        internal override void Execute()
        {
            T? value = default;
            Exception? error = null;
            try
            {
                value = call();
            }
            catch (Exception caught)
            {
                // Any failure of the adapter belongs to the caller's task; a call thread outlives it.
                error = caught;
            }

            _deadline?.Dispose();
            if (Interlocked.Exchange(ref _ended, 1) != 0)
            {
                Interlocked.Decrement(ref owner._hanging);
                owner.CallReturnedLate?.Invoke(what, Stopwatch.GetElapsedTime(_begun));
            }
            else if (error is null)
            {
                _result.SetResult(value!);
            }
            else
            {
                _result.SetException(error);
            }
        }

        private void TimeOut()
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
            {
                return;
            }

            Interlocked.Increment(ref owner._hanging);
            var elapsed = Stopwatch.GetElapsedTime(_begun);
            owner.CallHung?.Invoke(what, elapsed);
            _result.SetException(new LibvirtException(
                LibvirtFailure.TimedOut, $"libvirt: {what} gave no answer within {elapsed.TotalSeconds:0.0} s; whether it happened is unknown"));
        }
    }

    private sealed class Worker
    {
        private readonly CallThreads _owner;
        private readonly BlockingQueue<Job> _given = new();

        internal Worker(CallThreads owner)
        {
            _owner = owner;
            new Thread(Run) { IsBackground = true, Name = "libvirt-call" }.Start();
        }

        internal void Give(Job job) => _given.Add(job);

        private void Run()
        {
            while (_given.TryTake(Timeout.InfiniteTimeSpan, out var job))
            {
                job.Execute();
                _owner.Rest(this);
            }
        }
    }
}
