using Holdfast.Simulation.Scenarios;

namespace Holdfast.Simulation.Tests;

public sealed class ScenarioTests
{
    public static TheoryData<string> Stories => [.. Directory.GetFiles(Folder(), "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>With HOLDFAST_REWRITE=1 the files are rewritten instead: read what changed before it is committed.</summary>
    [Theory]
    [MemberData(nameof(Stories))]
    public void A_story_ends_as_it_is_told(string story)
    {
        var file = Path.Combine(Folder(), story);
        var told = File.ReadAllText(file);
        var retold = Story.Retold(told);
        if (Environment.GetEnvironmentVariable("HOLDFAST_REWRITE") == "1")
        {
            File.WriteAllText(file, retold);
            return;
        }

        Assert.Equal(told, retold);
        Assert.Contains("= every invariant held", retold, StringComparison.Ordinal);
    }

    private static string Folder()
    {
        var top = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(top!.FullName, "Holdfast.slnx")))
        {
            top = top.Parent;
        }

        return Path.Combine(top.FullName, "tests", "Scenarios");
    }
}
