using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Intents;

/// <summary>Drains this very host, and follows that until nothing more comes of it. The draining itself is the core's, and goes on without anybody who follows.</summary>
internal sealed class HostDraining(string host, IAgent agent, DrainBook book)
{
    /// <summary>Longer than the core's pause between two tries: what has not begun to leave by then has been tried again, and what holds it up does not pass by itself in a moment.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public async Task<TaskResult?> DrainAsync(string by, TaskBoard.Work task)
    {
        book.Set(on: true, by);
        var since = Stopwatch.GetTimestamp();
        for (var taken = false; ; await Task.Delay(Look))
        {
            if (agent.Snapshot.Drain is not { } drain)
            {
                // The first snapshot may be older than the order.
                if (!taken && Stopwatch.GetElapsedTime(since) < Patience)
                {
                    continue;
                }

                throw taken
                    ? new ApiException(ErrorCode.Conflict, $"Somebody had {host} take machines again meanwhile; see 'holdfast explain host {host}'.")
                    : new ApiException(ErrorCode.Unavailable, $"The agent of {host} has not begun to drain it within {Patience.TotalSeconds:0} s; the wish is kept, see 'holdfast host show {host}'.");
            }

            taken = true;
            if (drain.Machines.IsEmpty)
            {
                return new TaskResult { Host = host, Remaining = [] };
            }

            task.Step(string.Join("; ", drain.Machines.Select(m => $"{m.Name}: {Word(m)}")));
            since = drain.Machines.Any(m => m.State == "moving") ? Stopwatch.GetTimestamp() : since;
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                return new TaskResult { Host = host, Remaining = HostRows.Remaining(drain) };
            }
        }
    }

    public async Task ResumeAsync(string by)
    {
        book.Set(on: false, by);
        for (var since = Stopwatch.GetTimestamp(); agent.Snapshot.Drain is not null && Stopwatch.GetElapsedTime(since) < Patience; await Task.Delay(Look))
        {
        }
    }

    private static string Word(RemainingView machine) => machine.State == "stays" ? "it cannot leave yet" : machine.Why;
}
