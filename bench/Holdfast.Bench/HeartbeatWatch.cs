using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>Asks a lab's first agent twice a second, from its beginning on, how well the hosts hear each other: every direction of every network.</summary>
internal sealed class HeartbeatWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource end = new();
    private readonly Task<string> watching;

    public HeartbeatWatch(string lab) => watching = Task.Run(() => WatchAsync(lab));

    public Task<string> EndAsync()
    {
        end.Cancel();
        return watching;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        end.Dispose();
    }

    private async Task<string> WatchAsync(string lab)
    {
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(lab));
        List<Direction> seen = [];
        List<double> answers = [];
        var refused = 0;
        while (!end.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            try
            {
                seen.AddRange((await client.NetworksAsync(CancellationToken.None)).Networks.SelectMany(n => n.Directions));
            }
            catch (ApiException)
            {
                refused++;
            }

            answers.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            await Task.Delay(Interval, CancellationToken.None);
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"heartbeats: {answers.Count} looks ({refused} without an answer), directions lost {seen.Count(d => d.State is Health.Lost)}, degraded {seen.Count(d => d.State is Health.Degraded)}, unknown {seen.Count(d => d.State is Health.Unknown)} of {seen.Count}, worst loss {seen.Max(d => d.LossPercent) ?? 0:0.0} %, mean spread {seen.Average(d => d.SpreadMs) ?? 0:0.0} ms, worst {seen.Max(d => d.SpreadMs) ?? 0:0.0} ms, slowest answer {answers.Max():0} ms");
    }
}
