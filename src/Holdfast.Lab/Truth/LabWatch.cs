namespace Holdfast.Lab.Truth;

/// <summary>Watches all machines of a lab from outside, each count of their guests and every process, until it is disposed of.</summary>
public sealed class LabWatch : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);
    private readonly CancellationTokenSource enough = new();
    private readonly DateTimeOffset began = DateTimeOffset.UtcNow;
    private readonly Task[] watching;

    public LabWatch(string lab, IEnumerable<TruthMachine> machines)
    {
        Machines = [.. machines.Select(m => new MachineWatch(m))];
        watching = [.. Machines.Select(m => FollowAsync(lab, m)), LookAsync(lab)];
    }

    public IReadOnlyList<MachineWatch> Machines { get; }

    public (TimeSpan Longest, TimeSpan Outage) Silence(MachineWatch machine) => machine.Silence(began, DateTimeOffset.UtcNow);

    /// <summary>A watcher that broke must not look like one that saw nothing.</summary>
    public void ThrowIfBlind() => watching.FirstOrDefault(w => w.IsFaulted)?.GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await enough.CancelAsync();
        await Task.WhenAll(watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        enough.Dispose();
    }

    private Task<ObserveReport> FollowAsync(string lab, MachineWatch machine) => LabCluster.Observe(lab, machine.Before.Name, Longest, machine.Count, enough.Token);

    private async Task LookAsync(string lab)
    {
        for (; ; await Task.Delay(Step, enough.Token))
        {
            var truth = await LabCluster.Truth(lab, enough.Token);
            foreach (var machine in Machines)
            {
                machine.Look(truth.Machines.FirstOrDefault(m => m.Name == machine.Before.Name) ?? machine.Last with { Copies = [] });
            }
        }
    }
}
