using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Api;

namespace Holdfast.Daemon.Tasks;

/// <summary>The long work that this agent has taken. A task's id begins with the host that has it, so that every agent knows where to ask.</summary>
internal sealed class TaskBoard(string host)
{
    private const int Remembered = 500;
    private readonly ConcurrentDictionary<string, Work> tasks = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> order = new();
    private readonly string life = Guid.NewGuid().ToString("N")[..6];
    private long last;

    /// <summary>Which host has this task, or null when the id is none of ours.</summary>
    public static string? HostOf(string id) => id.Split('.') is [var host, _, _] ? host : null;

    public TaskReport Begin(string kind, string? machine, Func<Work, Task<TaskResult?>> work)
    {
        var task = new Work($"{host}.{life}.{Interlocked.Increment(ref last)}", kind, machine);
        tasks[task.Id] = task;
        order.Enqueue(task.Id);
        while (order.Count > Remembered && order.TryDequeue(out var old))
        {
            tasks.TryRemove(old, out _);
        }

        _ = RunAsync(task, work);
        return task.Report;
    }

    /// <summary>Waits for the task's end or its next step, at most <paramref name="wait"/>. Null when there is none.</summary>
    public async Task<TaskReport?> FindAsync(string id, TimeSpan wait, CancellationToken cancel)
    {
        if (!tasks.TryGetValue(id, out var task))
        {
            return null;
        }

        if (wait > TimeSpan.Zero && task.Report.State == TaskState.Running)
        {
            await Task.WhenAny(task.Ended, Task.Delay(wait, cancel));
        }

        return task.Report;
    }

    private static async Task RunAsync(Work task, Func<Work, Task<TaskResult?>> work)
    {
        await Task.Yield();
        try
        {
            task.End(await work(task), null);
        }
        catch (ApiException e)
        {
            task.End(null, new ApiError(e.Message, e.Code));
        }
        catch (Exception e)
        {
            task.End(null, new ApiError($"{task.Kind} {task.Machine} failed: {e.Message}", ErrorCode.Failed));
        }
    }

    internal sealed class Work(string id, string kind, string? machine)
    {
        private readonly long since = Stopwatch.GetTimestamp();
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock changing = new();
        private volatile TaskReport report = new() { Id = id, Kind = kind, Machine = machine, State = TaskState.Running };

        public string Id => id;

        public string Kind => kind;

        public string? Machine => machine;

        public DateTimeOffset At { get; } = DateTimeOffset.UtcNow;

        public double ElapsedMs => Stopwatch.GetElapsedTime(since).TotalMilliseconds;

        public TaskReport Report => report;

        public Task Ended => ended.Task;

        public void Step(string name)
        {
            lock (changing)
            {
                if (report.Steps is not [.., var present] || present.Name != name)
                {
                    report = report with { Steps = [.. report.Steps, new TaskStep(name, Math.Round(ElapsedMs, 3))] };
                }
            }
        }

        public void Copied(CopyProgress? progress)
        {
            lock (changing)
            {
                report = report with { Progress = progress };
            }
        }

        public void End(TaskResult? result, ApiError? error)
        {
            lock (changing)
            {
                report = report with { Progress = null, State = error is null ? TaskState.Done : TaskState.Failed, Result = result, Error = error };
            }

            ended.TrySetResult();
        }
    }
}
