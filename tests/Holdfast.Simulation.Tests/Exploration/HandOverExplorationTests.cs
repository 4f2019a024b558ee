using Holdfast.Simulation.Exploration;

namespace Holdfast.Simulation.Tests.Exploration;

/// <summary>The state search of a live migration's hand-over. What each search has seen is printed.</summary>
public sealed class HandOverExplorationTests(ITestOutputHelper output)
{
    private static IReadOnlyList<Simulation.Exploration.Exploration> All => Simulation.Exploration.Exploration.All["handover"];

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
    public void The_hand_over_as_it_is_survives_and_ends_with_one_running_copy(string name)
    {
        var report = Run(name);
        Assert.Null(report.Violation);
        Assert.True(report.States > 50, $"only {report.States} states were seen");
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
