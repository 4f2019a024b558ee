using Holdfast.Simulation;

namespace Holdfast.Simulation.Tests;

public sealed class WeakeningTests
{
    public static TheoryData<string> Names => [.. WeakeningTrial.Names];

    /// <summary>This is what shows that the checkers are worth something.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_protection_that_is_off_is_noticed(string weakening)
    {
        var trial = WeakeningTrial.Of(weakening);
        Assert.True(trial.Seed is not null, $"{trial.What}: nobody noticed within {trial.Allowed} seeds");
    }
}
