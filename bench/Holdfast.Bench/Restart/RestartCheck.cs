namespace Holdfast.Bench.Restart;

/// <summary>Checks an answer against the instance alone; it shares nothing with the planner.</summary>
internal static class RestartCheck
{
    /// <summary>One sentence for each broken constraint; none: the answer is right.</summary>
    public static IEnumerable<string> Broken(RestartInstance instance, IReadOnlyDictionary<int, int> placed)
    {
        var where = instance.Running.Concat(placed).ToDictionary(p => p.Key, p => p.Value);
        return States(instance, placed, where).Concat(Room(instance, where)).Concat(Rules(instance, where));
    }

    private static IEnumerable<string> States(RestartInstance instance, IReadOnlyDictionary<int, int> placed, Dictionary<int, int> where)
    {
        foreach (var machine in placed.Keys.Where(m => !instance.Ready.Contains(m)))
        {
            yield return $"Machine {machine} was not to be restarted.";
        }

        foreach (var machine in instance.MustRun.Concat(instance.Ready).Distinct().Where(m => !where.ContainsKey(m)))
        {
            yield return $"Machine {machine} has no server.";
        }

        foreach (var (machine, server) in where.Where(p => !instance.Online.Contains(p.Value) || instance.MustBeOffline.Contains(p.Value)))
        {
            yield return $"Machine {machine} is on server {server}, which is not online.";
        }

        foreach (var server in instance.MustBeOnline.Where(s => !instance.Online.Contains(s)).Concat(instance.MustBeOffline.Where(s => !instance.Offline.Contains(s))))
        {
            yield return $"Server {server} is not in the state that is asked for.";
        }
    }

    private static IEnumerable<string> Room(RestartInstance instance, Dictionary<int, int> where)
    {
        foreach (var resource in instance.Resources)
        {
            foreach (var server in where.GroupBy(p => p.Value, p => resource.UseOf(p.Key)).Where(g => g.Sum() > resource.CapacityOf(g.Key)))
            {
                yield return $"Server {server.Key} gives {server.Sum()} of {resource.Name} and has {resource.CapacityOf(server.Key)}.";
            }
        }
    }

    private static IEnumerable<string> Rules(RestartInstance instance, Dictionary<int, int> where)
    {
        int[] Servers(int[] group) => [.. group.Where(where.ContainsKey).Select(m => where[m])];
        foreach (var group in instance.Spread.Where(g => Servers(g).Distinct().Count() < Servers(g).Length))
        {
            yield return $"Two of the machines {string.Join(", ", group)} share a server and are to be spread.";
        }

        foreach (var rule in instance.Among.Where(a => !a.Parts.Any(p => Servers(a.Machines).All(p.Contains))))
        {
            yield return $"The machines {string.Join(", ", rule.Machines)} are not among the servers of one part.";
        }
    }
}
