using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class HangTests(RunningLab lab)
{
    [Fact]
    public async Task A_host_that_hangs_longer_than_its_lease_writes_nothing_after_its_machine_was_started_anew()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("hung", "h2");

        // Without the fence device only time proves the death: the hardest case. Its watchdog resets the host when the lease is over, so the machine
        // is started anew by whoever is first: another host with a proof, or this one after its reset.
        await LabCluster.Fault(RunningLab.Name, new LabFault.FenceDevice("h2", "broken"), CancellationToken.None);
        await LabCluster.Fault(RunningLab.Name, new LabFault.Hang("h2"), CancellationToken.None);
        var anew = await lab.SeenAsync("hung", "runs anew", m => m.Copies.Any(c => c.Executing && c.Started > before.Copies[0].Started) && RunningLab.BootedSince(before, m), seconds: 90);
        if (LabCluster.Status(RunningLab.Name).Hosts.Single(h => h.Name == "h2").Power == "hung")
        {
            await LabCluster.Fault(RunningLab.Name, new LabFault.Unhang("h2"), CancellationToken.None);
        }

        var after = await lab.SeenAsync("hung", "counts on, alone", m => m.Copies is [{ Executing: true }] && m.Counter > anew.Counter + 20);
        Assert.Equal(anew.BootId, after.BootId);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));
    }

    [Fact]
    public async Task A_host_that_hangs_for_less_than_its_lease_costs_its_machine_a_pause_and_nothing_else()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("paused", "h2");
        await LabCluster.Fault(RunningLab.Name, new LabFault.FenceDevice("h2", "broken"), CancellationToken.None);
        await LabCluster.Fault(RunningLab.Name, new LabFault.Hang("h2"), CancellationToken.None);
        await RunningLab.UntilAsync("the others suspect h2", TimeSpan.FromSeconds(20), async () =>
        {
            var call = await lab.CallAsync("status", "--local", "--host", "h1", "-o", "json");
            return RunningLab.Parse(call, ApiJson.Default.ClusterStatus).Hosts.Single(h => h.Name == "h2").State != HostState.Up ? null : call.Out;
        });
        await LabCluster.Fault(RunningLab.Name, new LabFault.Unhang("h2"), CancellationToken.None);
        var after = await lab.SeenAsync("paused", "counts on", m => m.Copies is [{ Host: "h2", Executing: true }] && m.Counter > before.Counter + 20);
        Assert.Equal((before.BootId, before.Copies[0].Pid, 0, 0), (after.BootId, after.Copies[0].Pid, after.Gaps, after.ForeignWrites));
    }
}
