using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>The machines of a drill: those that run, and one of its own on each host without any.</summary>
internal sealed class DrillMachines(DrillLab lab, Drill drill, IProgress<string> progress)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly List<string> own = [];

    /// <exception cref="ApiException">A machine cannot be made, or does not count.</exception>
    public async Task<IReadOnlyList<TruthMachine>> StartAsync(CancellationToken cancel)
    {
        var there = await RunningAsync(cancel);
        var missing = lab.Hosts.Select(h => h.Name).Where(host => there.All(m => m.Copies[0].Host != host)).ToList();
        if (missing.Count > 0)
        {
            progress.Report($"starting a machine on {string.Join(", ", missing)}");
        }

        await Task.WhenAll(missing.Select(host => CreateAsync(host, cancel)));
        IReadOnlyList<TruthMachine> running = [];
        var (not, _) = await DrillLab.WaitAsync(Limit, async limit =>
        {
            running = await RunningAsync(limit);
            return own.Find(name => running.All(m => m.Name != name)) is { } silent ? $"{silent} does not count yet" : null;
        }, cancel);
        return not is null ? running : throw new ApiException(ErrorCode.Failed, $"After {Limit.TotalSeconds:0} s {not}.");
    }

    /// <summary>Removes the drill's own machines, as far as their hosts answer; returns the names of those that stay.</summary>
    public async Task<string?> RemoveAsync()
    {
        var (left, _) = await DrillLab.WaitAsync(TimeSpan.FromSeconds(30), async cancel =>
        {
            foreach (var name in own.ToList())
            {
                await RemoveAsync(name, cancel);
                own.Remove(name);
            }

            return null;
        }, CancellationToken.None);
        return left;
    }

    private async Task RemoveAsync(string name, CancellationToken cancel)
    {
        using var client = lab.Any();
        try
        {
            if ((await client.MachineAsync(name, cancel)).State != MachineState.Stopped)
            {
                await client.WaitAsync(await client.KillAsync(name, cancel), Limit, cancel: cancel);
            }

            await client.WaitAsync(await client.DeleteAsync(name, cancel), Limit, cancel: cancel);
        }
        catch (ApiException e) when (e.Code == ErrorCode.NotFound)
        {
            // It was not made.
        }
    }

    private async Task CreateAsync(string host, CancellationToken cancel)
    {
        var name = $"drill-{host}";
        own.Add(name);
        using var client = lab.Any();
        await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = name, Start = true, Host = host, OnIsolation = drill.OnIsolation, OnHung = drill.OnHung }, cancel), Limit, cancel: cancel);
    }

    private async Task<IReadOnlyList<TruthMachine>> RunningAsync(CancellationToken cancel) =>
        [.. (await LabCluster.Truth(lab.Name, cancel)).Machines.Where(m => m is { Copies: [{ Executing: true }], Counter: >= 3, BootId: not null })];
}
