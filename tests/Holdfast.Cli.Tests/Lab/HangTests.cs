using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class HangTests(RunningLab lab)
{
    [Fact]
    public async Task A_host_that_hangs_longer_than_its_lease_writes_nothing_after_another_has_started_its_machine()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("hung", "h2");

        // Without the fence device only time proves the death: the hardest case for the host that comes back.
        await LabCluster.Fault(RunningLab.Name, new LabFault.FenceDevice("h2", "broken"), CancellationToken.None);
        await LabCluster.Fault(RunningLab.Name, new LabFault.Hang("h2"), CancellationToken.None);
        var taken = await lab.SeenAsync("hung", "runs elsewhere", m => m.Copies.Any(c => c.Host != "h2" && c.Executing) && m.BootId != before.BootId, seconds: 90);
        if (LabCluster.Status(RunningLab.Name).Hosts.Single(h => h.Name == "h2").Power == "hung")
        {
            await LabCluster.Fault(RunningLab.Name, new LabFault.Unhang("h2"), CancellationToken.None);
        }

        var after = await lab.SeenAsync("hung", "counts on, alone", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h2" && m.Counter > taken.Counter + 20);
        Assert.Equal(taken.BootId, after.BootId);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));
    }
}
