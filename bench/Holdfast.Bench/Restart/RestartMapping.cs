using System.Collections.Immutable;
using Holdfast.Core.Placement;

namespace Holdfast.Bench.Restart;

/// <summary>An instance as a question to the restart planner, and the way back from its indexes.</summary>
internal sealed class RestartMapping
{
    private readonly int[] servers;
    private readonly int[] machines;

    public RestartMapping(RestartInstance instance)
    {
        servers = [.. instance.Online.Except(instance.MustBeOffline)];
        machines = [.. instance.Ready];
        var serverIndex = Index(servers);
        var machineIndex = Index(machines);
        ImmutableArray<int> New(int[] group) => [.. group.Where(machineIndex.ContainsKey).Select(m => machineIndex[m])];
        int[] Used(int[] group) => [.. group.Where(instance.Running.ContainsKey).Select(m => instance.Running[m]).Where(serverIndex.ContainsKey)];
        Question = new(
            Free(instance, serverIndex),
            [.. machines.Select(m => new RestartMachine(0, [.. instance.Resources.Select(r => (double)r.UseOf(m))]))],
            [.. instance.Spread.Select(group => new ApartRule(New(group), [.. Used(group).Select(s => serverIndex[s])]))],
            [.. instance.Among.Select(rule => new AmongRule(
                New(rule.Machines),
                [.. rule.Parts.Where(p => Used(rule.Machines).All(p.Contains)).Select(p => p.Where(serverIndex.ContainsKey).Select(s => serverIndex[s]).Order().ToImmutableArray())]))]);
    }

    public RestartQuestion Question { get; }

    /// <summary>Machine → server by the instance's numbers.</summary>
    public SortedDictionary<int, int> Servers(RestartPlan plan) =>
        new(plan.Host.Select((host, m) => (machines[m], host)).Where(p => p.host is not null).ToDictionary(p => p.Item1, p => servers[p.host!.Value]));

    private static Dictionary<int, int> Index(int[] numbers) => numbers.Select((number, i) => (number, i)).ToDictionary(p => p.number, p => p.i);

    private ImmutableArray<ImmutableArray<double>> Free(RestartInstance instance, Dictionary<int, int> serverIndex)
    {
        var free = servers.Select(s => instance.Resources.Select(r => (double)r.CapacityOf(s)).ToArray()).ToArray();
        foreach (var (machine, server) in instance.Running.Where(p => serverIndex.ContainsKey(p.Value)))
        {
            for (var r = 0; r < instance.Resources.Length; r++)
            {
                free[serverIndex[server]][r] -= instance.Resources[r].UseOf(machine);
            }
        }

        return [.. free.Select(f => f.ToImmutableArray())];
    }
}
