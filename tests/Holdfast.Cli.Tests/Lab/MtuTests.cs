using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MtuTests(RunningLab lab)
{
    [Fact]
    public async Task An_MTU_hole_in_the_migration_network_is_named_within_seconds_and_no_machine_moves_into_it()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("mover", "h1");
        await RunningLab.FaultAsync("mtu h2 migration 1400");
        await lab.SaysAsync("h1", "h2's migration cable or port passes no packets of 1500 bytes (MTU)");
        var call = await lab.CallAsync("vm", "migrate", "mover", "h2", "--host", "h1");
        Assert.Equal(ExitCode.Failed, call.Exit);
        Assert.Contains("packets of 1500 bytes do not pass on network migration from h", call.Error, StringComparison.Ordinal);
        Assert.Contains("\"mtu-hole\"", (await lab.MustAsync("events", "-o", "json")).Out, StringComparison.Ordinal);

        // The heartbeats did not notice, and the way to h3 is whole.
        var report = RunningLab.Parse(await lab.MustAsync("network", "show", "migration", "--host", "h1", "-o", "json"), ApiJson.Default.NetworkReport);
        Assert.All(report.Networks[0].Directions, d => Assert.InRange(d.LossPercent ?? 0, 0, 5));
        Assert.All(report.Networks[0].Links ?? [], l => Assert.Equal((true, 1500), (l.Carrier, l.Mtu)));
        await lab.MustAsync("vm", "migrate", "mover", "h3");
        await RunningLab.FaultAsync("heal all");
        await lab.SaysAsync("h1", null);
        await lab.MustAsync("vm", "migrate", "mover", "h2");
        var after = await lab.SeenAsync("mover", "counts on h2 alone", m => m.Copies is [{ Host: "h2", Executing: true }] && m.Counter > before.Counter + 2);
        Assert.Equal((before.BootId, 0, 0), (after.BootId, after.Gaps, after.ForeignWrites));
    }
}
