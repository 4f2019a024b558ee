using System.Text.Json;
using Holdfast.Api;
using Holdfast.Cli.Commands.Drill;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Row 5 where silence proves nothing: a lab of its own without watchdogs and fence devices.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class OwnersWordTests : IAsyncLifetime
{
    private static readonly string Bare = $"{RunningLab.Name}-bare";

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await LabCluster.Down(Bare, Quiet, limit.Token);
        await LabCluster.Up(new LabOptions { Name = Bare, Watchdog = false, Fence = false, BinDirectory = RunningLab.Programs }, Quiet, limit.Token);
    }

    public async ValueTask DisposeAsync() => await LabCluster.Down(Bare, Quiet, CancellationToken.None);

    [Fact]
    public async Task A_host_without_a_watchdog_that_loses_the_storage_gives_its_machine_over_by_its_word()
    {
        var lab = new DrillLab(Bare);
        var report = await new DrillRun(lab, Drills.Find("storage-lost-by-one")!, Quiet).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(report.Met, JsonSerializer.Serialize(report, DrillJson.Default.DrillReport));
        var given = Assert.Single(report.Machines, m => m.From == "h3");
        Assert.Equal((1, null), (given.Restarted, given.BoundSeconds));
        using var client = lab.Any();
        var taken = await client.EventsAsync(0, follow: false, TestContext.Current.CancellationToken).SingleAsync(e => e.Kind == "taken-over", TestContext.Current.CancellationToken);
        Assert.Contains("gives its word", taken.Text, StringComparison.Ordinal);
    }

    private static IProgress<string> Quiet { get; } = new Progress<string>();
}
