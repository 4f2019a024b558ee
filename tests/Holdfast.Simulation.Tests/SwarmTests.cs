using Holdfast.Simulation;

namespace Holdfast.Simulation.Tests;

public sealed class SwarmTests
{
    /// <summary>A short run of many kinds of faults; the long ones are run by command (docs/design/simulation.md).</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(101)]
    [InlineData(201)]
    [InlineData(301)]
    public void A_cluster_under_faults_keeps_every_invariant(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + 4; seed++)
        {
            var result = Swarm.Run((ulong)seed, new() { Duration = TimeSpan.FromMinutes(2) });
            Assert.True(result.Violations.Count == 0, string.Join('\n', result.Violations.Select(v => $"seed {seed} at {v.At.TotalSeconds:0.000} s: {v.Rule}: {v.What}")));
        }
    }

    [Fact]
    public void Another_seed_gives_another_trace()
    {
        var options = new SimulationOptions { Duration = TimeSpan.FromMinutes(1) };
        Assert.NotEqual(Swarm.Run(8, options).Hash, Swarm.Run(7, options).Hash);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(64, 1)]
    [InlineData(65, 2)]
    [InlineData(1000, 16)]
    public void A_fleet_is_as_few_clusters_as_have_slots_for_it(int hosts, int clusters) => Assert.Equal(clusters, new SimulationOptions { Hosts = hosts }.Clusters);
}
