using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Row 5 where silence proves nothing: no watchdogs, no fence devices.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class OwnersWordTests
{
    [Fact]
    public async Task A_host_without_a_watchdog_that_loses_the_storage_gives_its_machine_over_by_its_word()
    {
        await using var lab = await OwnLab.UpAsync("bare", new LabOptions { Watchdog = false, Fence = false, FastShot = false });
        var report = await lab.DrillAsync("storage-lost-by-one");
        var given = Assert.Single(report.Machines, m => m.From == "h3");
        Assert.Equal((1, null), (given.Restarted, given.BoundSeconds));
        Assert.Contains("gives its word", Assert.Single(await lab.ToldAsync("taken-over")), StringComparison.Ordinal);
    }
}
