using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class KillTests(RunningLab lab)
{
    [Theory]
    [InlineData("agent")]
    [InlineData("guard")]
    [InlineData("libvirtd")]
    [InlineData("etcd")]
    public async Task Kill_9_of_a_part_stops_no_machine_and_the_part_comes_back(string part)
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("steady", "h1");
        var incarnation = (await HostAsync()).Incarnation;

        await LabCluster.Fault(RunningLab.Name, new LabFault.StopProcess("h1", part, Kill: true), CancellationToken.None);

        await RunningLab.UntilAsync($"{part} is back and h1 is ready", TimeSpan.FromSeconds(60), async () =>
        {
            var services = LabCluster.Status(RunningLab.Name).Hosts.Single(h => h.Name == "h1").Services;
            var status = await lab.CallAsync("status", "--local", "--host", "h1", "-o", "json");
            return services.Contains(part) && status.Exit is ExitCode.Done or ExitCode.Degraded && RunningLab.Parse(status, ApiJson.Default.ClusterStatus) is { Ready: true, Quorum: true }
                ? null
                : $"services {string.Join(", ", services)}; {status.Error}{status.Out}";
        });
        var (at, pid) = (await lab.TruthAsync("steady")).Counter is { } counter ? (counter, before.Copies[0].Pid) : (0, 0);
        var after = await lab.SeenAsync("steady", "counts on", m => m.Counter > at + 2);
        Assert.Equal(before.BootId, after.BootId);
        Assert.Equal(pid, Assert.Single(after.Copies).Pid);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));
        Assert.Equal(incarnation, (await HostAsync()).Incarnation);

        // "Carries on" means that the next piece of work succeeds.
        await lab.MustAsync("vm", "migrate", "steady", "h2");
        await lab.SeenAsync("steady", "counts on h2 alone", m => m.Copies is [{ Host: "h2", Executing: true }] && m.Counter > after.Counter);
    }

    private async Task<HostDetail> HostAsync() => RunningLab.Parse(await lab.MustAsync("host", "show", "h1", "--host", "h1", "-o", "json"), ApiJson.Default.HostDetail);
}
