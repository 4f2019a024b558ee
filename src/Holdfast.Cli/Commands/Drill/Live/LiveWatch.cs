using System.Diagnostics;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Drill.Live;

/// <summary>The machines of a live cluster while a drill runs, by the word of this host's agent: nobody looks from outside here.</summary>
internal sealed class LiveWatch(HoldfastClient client, MachineSummary[] before) : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);
    private readonly Dictionary<string, TimeSpan> outages = [];
    private readonly CancellationTokenSource ending = new();
    private MachineSummary[]? last;
    private Task? following;

    public void Start() => following = FollowAsync();

    /// <summary>Looks no more; what each machine bore.</summary>
    public async Task<DrillMachine[]> EndAsync()
    {
        await ending.CancelAsync();
        await (following ?? Task.CompletedTask);
        return [.. before.Select(b => Row(b, (last ?? before).FirstOrDefault(m => m.Id == b.Id)))];
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        ending.Dispose();
    }

    private async Task FollowAsync()
    {
        for (var since = Stopwatch.StartNew(); !ending.IsCancellationRequested;)
        {
            try
            {
                await Task.Delay(Step, ending.Token);
                var now = await client.MachinesAsync(ending.Token);
                var passed = since.Elapsed;
                since.Restart();
                last = now;
                foreach (var machine in before.Where(b => now.FirstOrDefault(m => m.Id == b.Id)?.State != MachineState.Running))
                {
                    outages[machine.Name] = outages.GetValueOrDefault(machine.Name) + passed;
                }
            }
            catch (ApiException)
            {
                // What an agent that does not answer would have said is counted with the next answer.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private DrillMachine Row(MachineSummary first, MachineSummary? now)
    {
        var outage = Math.Round(outages.GetValueOrDefault(first.Name).TotalSeconds, 1);
        var wrong = now is null ? "it is gone"
            : now.Host != first.Host ? $"it is on {now.Host ?? "no host"}"
            : now.Epoch != first.Epoch ? "it was started anew"
            : outage > 0 ? $"it did not run for {outage:0.0} s"
            : null;
        return new(first.Name, Fate.Unharmed, first.Host ?? "no host", now?.Host, outage > 0, now is not null && now.Epoch != first.Epoch ? 1 : 0, outage, outage, null, null, RanTwice: false, wrong);
    }
}
