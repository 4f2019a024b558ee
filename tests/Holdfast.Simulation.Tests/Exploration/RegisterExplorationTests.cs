using Holdfast.Simulation.Exploration;

namespace Holdfast.Simulation.Tests.Exploration;

/// <summary>The state search of the lease register. What each search has seen is printed.</summary>
public sealed class RegisterExplorationTests(ITestOutputHelper output)
{
    private static IReadOnlyList<Simulation.Exploration.Exploration> All => Simulation.Exploration.Exploration.All["paxos"];

    public static TheoryData<string> Flaws => [.. All.Where(e => e.Finds).Select(e => e.Name)];

    public static TheoryData<string> Sound => [.. All.Where(e => !e.Finds).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Flaws))]
    public void Each_rule_left_out_is_found_within_its_depth(string name)
    {
        var report = Run(name);
        Assert.NotNull(report.Violation);
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void The_register_as_it_is_survives(string name)
    {
        var report = Run(name);
        Assert.Null(report.Violation);
        Assert.True(report.States > 1_000, $"only {report.States} states were seen");
    }

    private SearchReport Run(string name)
    {
        var exploration = All.Single(e => e.Name == name);
        var report = exploration.Run(exploration.ShortDepth, null, null, TestContext.Current.CancellationToken);
        output.WriteLine(report.ToString());
        foreach (var move in report.Path)
        {
            output.WriteLine($"    {move}");
        }

        return report;
    }
}
