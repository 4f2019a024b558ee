using System.Collections.Immutable;
using Holdfast.Core.Balancing.Model;

namespace Holdfast.Core.Tests.Balancing;

/// <summary>Small problems with every kind of rule and cost, made so that today's assignment keeps the rules but is tight.</summary>
internal static class RandomProblem
{
    private const int Hosts = 7;
    private const int Machines = 24;
    private const int Resources = 5;

    public static AssignmentProblem From(int seed)
    {
        var random = new Random(seed);
        int[] group = [.. Enumerable.Range(0, Machines).Select(m => m < 14 ? m / 3 : -1)];
        var home = Home(random, group);
        var demand = group.Select(_ => Enumerable.Range(0, Resources).Select(_ => (double)random.Next(0, 40)).ToImmutableArray()).ToArray();
        int[] neighbourhood = [.. Enumerable.Range(0, Hosts).Select(_ => random.Next(3))], location = [.. Enumerable.Range(0, Hosts).Select(_ => random.Next(4))];
        return new(
            [.. Enumerable.Range(0, Resources).Select(r => new ResourceKind(r % 2 == 0, random.Next(0, 20), r == 1 ? random.Next(0, 500) : 0))],
            [.. Enumerable.Range(0, Hosts).Select(h => Host(random, h, home, demand, neighbourhood[h], location[h]))],
            Groups(random, group, home, neighbourhood, location),
            [.. Enumerable.Range(0, Machines).Select(m => new MachineDemand(group[m], demand[m], random.Next(0, 9), m % 8 == 7 ? 0 : -1, m == 20))],
            home)
        {
            Balances = [new(0, 1, random.Next(1, 4), random.Next(1, 9))],
            HostSets = [[home[7], home[15], home[23], random.Next(Hosts)]],
            PairPrices = new([0, 3, 11], [.. Enumerable.Range(0, Hosts * Hosts).Select(p => (byte)(p / Hosts == p % Hosts ? 0 : random.Next(3)))]),
            LargestGroupPrice = random.Next(0, 50),
        };
    }

    private static ImmutableArray<int> Home(Random random, int[] group)
    {
        var home = new int[Machines];
        for (var m = 0; m < Machines; m++)
        {
            do
            {
                home[m] = random.Next(Hosts);
            }
            while (group[m] >= 0 && Enumerable.Range(0, m).Any(other => group[other] == group[m] && home[other] == home[m]));
        }

        return [.. home];
    }

    private static HostCapacity Host(Random random, int host, ImmutableArray<int> home, ImmutableArray<double>[] demand, int neighbourhood, int location)
    {
        var use = Enumerable.Range(0, Resources).Select(r => Enumerable.Range(0, Machines).Where(m => home[m] == host).Sum(m => demand[m][r])).ToArray();
        return new(neighbourhood, location, [.. use.Select(u => u + random.Next(5, 70))], [.. use.Select(u => Math.Max(0, u + random.Next(-60, 30)))]);
    }

    /// <summary>Spread as wide as today's, and only dependencies that hold today.</summary>
    private static ImmutableArray<MachineGroup> Groups(Random random, int[] group, ImmutableArray<int> home, int[] neighbourhood, int[] location)
    {
        var members = Enumerable.Range(0, Machines).Where(m => group[m] >= 0).ToLookup(m => group[m], m => home[m]);
        var count = group.Max() + 1;
        bool Holds(int g, int needed) => g != needed && members[g].All(h => members[needed].Any(n => neighbourhood[n] == neighbourhood[h]));
        return
        [
            .. Enumerable.Range(0, count).Select(g => new MachineGroup(
                Math.Max(1, members[g].Select(h => location[h]).Distinct().Count() - random.Next(2)),
                [.. Enumerable.Range(0, count).Where(needed => Holds(g, needed) && random.Next(2) == 0)])),
        ];
    }
}
