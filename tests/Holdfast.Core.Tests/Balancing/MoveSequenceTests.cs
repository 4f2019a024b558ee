using System.Collections.Immutable;
using CsCheck;
using Holdfast.Core.Balancing;
using Holdfast.Core.Balancing.Model;
using Holdfast.Core.Balancing.Search;

namespace Holdfast.Core.Tests.Balancing;

public sealed class MoveSequenceTests
{
    [Fact]
    public void No_host_is_ever_over_its_capacity_while_machines_are_on_both_of_theirs() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            var problem = RandomProblem.From(seed);
            var done = 0;
            var target = new AssignmentSearch(problem).Anneal(problem.Home, new(500, 1, 0), (ulong)seed, () => done++ / 3.0).Assignment;
            var sequence = MoveSequence.For(problem, target, 3);
            var moved = sequence.Waves.SelectMany(w => w).Concat(sequence.Stuck).Order();
            Assert.Equal(Enumerable.Range(0, target.Length).Where(m => target[m] != problem.Home[m]), moved);
            Replay(problem, target, sequence);
        },
        iter: 100, threads: 1);

    [Fact]
    public void Two_machines_that_need_each_others_room_are_stuck_and_a_third_host_makes_a_chain_possible()
    {
        var full = Problem([10, 10], [10, 10], [0, 1]);
        Assert.Equal([0, 1], MoveSequence.For(full, [1, 0], 2).Stuck);
        var chain = MoveSequence.For(Problem([10, 10, 10], [10, 10], [0, 1]), [1, 2], 2);
        Assert.Empty(chain.Stuck);
        Assert.Equal([1, 0], chain.Waves.Select(w => w.Single()));
    }

    [Fact]
    public void A_machine_waits_until_its_groups_machine_has_left_the_target()
    {
        var problem = Problem([10, 10, 10], [1, 1], [0, 1]) with { Groups = [new(0, [])], Machines = [new(0, [1], 0), new(0, [1], 0)] };
        Assert.Equal([1, 0], MoveSequence.For(problem, [1, 2], 2).Waves.Select(w => w.Single()));
    }

    private static AssignmentProblem Problem(double[] capacity, double[] demand, ImmutableArray<int> home) => new(
        [new(true, 1)], [.. capacity.Select((c, h) => new HostCapacity(0, h, [c], [c]))], [], [.. demand.Select(d => new MachineDemand(-1, [d], 0))], home);

    private static void Replay(AssignmentProblem problem, ImmutableArray<int> target, MoveWaves sequence)
    {
        var on = problem.Home.Select(h => new HashSet<int> { h }).ToArray();
        foreach (var wave in sequence.Waves)
        {
            Assert.InRange(wave.Length, 1, 3);
            foreach (var machine in wave)
            {
                on[machine].Add(target[machine]);
            }

            for (var h = 0; h < problem.Hosts.Length; h++)
            {
                for (var r = 0; r < problem.Resources.Length; r++)
                {
                    Assert.True(Enumerable.Range(0, on.Length).Where(m => on[m].Contains(h)).Sum(m => problem.Machines[m].Demand[r]) <= problem.Hosts[h].Capacity[r]);
                }
            }

            foreach (var machine in wave)
            {
                on[machine].Remove(problem.Home[machine]);
            }
        }
    }
}
