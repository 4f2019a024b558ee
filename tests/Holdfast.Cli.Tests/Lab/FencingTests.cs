using System.Text.Json;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>What a person orders about a host, with real machines and a real power switch.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class FencingTests(RunningLab lab)
{
    [Fact]
    public async Task A_host_is_fenced_by_order_and_its_machine_starts_elsewhere_once()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("orphan", "h3");

        // A device that an earlier test has broken is asked again within a minute.
        await RunningLab.UntilAsync("h3's fence device is proven", TimeSpan.FromSeconds(90), async () =>
            (await HostAsync("h3")).FenceDevices is [{ State: DeviceState.Proven, Reason: null }] ? null : JsonSerializer.Serialize(await HostAsync("h3"), ApiJson.Default.HostDetail));
        await lab.MustAsync("host", "fence", "h3", "--yes", "h3", "--why", "it smells of smoke", "--host", "h1");
        var after = await lab.SeenAsync("orphan", "runs once, elsewhere, and counts on", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h3" && RunningLab.BootedSince(before, m) && m.Counter > before.Counter);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));
        var why = await ExplainAsync("h3");
        Assert.Equal("dead", why.Verdict);
        Assert.Contains(why.Facts, f => f.Contains("(it smells of smoke) orders that h3 is fenced", StringComparison.Ordinal));
        Assert.Contains(why.Facts, f => f.Contains("fenced: the fence device of h3 (power switch) confirms off", StringComparison.Ordinal));

        // No more than one of three within a ttl, and nobody fences itself.
        var again = await lab.CallAsync("host", "fence", "h1", "--yes", "h1", "--host", "h1");
        Assert.Equal(ExitCode.Failed, again.Exit);
        Assert.Contains("h1 does not fence itself", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_device_is_told_and_a_person_s_word_takes_its_place_once_the_host_is_silent()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("orphan", "h3");
        await RunningLab.FaultAsync("fence-device h3 broken");
        var failed = await lab.CallAsync("host", "fence", "h3", "--yes", "h3", "--host", "h1");
        Assert.Equal(ExitCode.Failed, failed.Exit);
        Assert.Contains("did not confirm off", failed.Error, StringComparison.Ordinal);
        Assert.Equal(DeviceState.Failed, Assert.Single((await HostAsync("h3")).FenceDevices).State);
        var heard = await lab.CallAsync("host", "confirm-dead", "h3", "--yes", "h3", "--host", "h1");
        Assert.Equal(ExitCode.Failed, heard.Exit);
        Assert.Contains("it is still heard on network cluster, network migration, network storage, network guest, datastore shared", heard.Error, StringComparison.Ordinal);
        Assert.Equal(before.Copies[0].Pid, (await lab.TruthAsync("orphan")).Copies[0].Pid);

        await RunningLab.FaultAsync("crash h3");
        await RunningLab.UntilAsync("the person's word is taken", TimeSpan.FromSeconds(10), async () =>
            (await lab.CallAsync("host", "confirm-dead", "h3", "--yes", "h3", "--why", "plug pulled", "--host", "h1")) is { Exit: not 0 } call ? call.Error : null);
        var after = await lab.SeenAsync("orphan", "runs once, elsewhere, and counts on", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h3" && m.Counter > before.Counter);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));
        Assert.Contains((await ExplainAsync("h3")).Facts, f => f.Contains("(plug pulled) vouches that h3 is off", StringComparison.Ordinal));
        await RunningLab.FaultAsync("fence-device h3 ok");
    }

    [Fact]
    public async Task When_the_first_device_fails_the_next_one_switches_the_host_off()
    {
        await using var own = await OwnLab.UpAsync("strip", new LabOptions { PowerStrip = true });
        var report = await own.DrillAsync("fence-device-broken");
        Assert.Equal(1, Assert.Single(report.Machines, m => m.From == "h3").Restarted);
        var fenced = await own.ToldAsync("fenced");
        Assert.Contains(fenced, text => text.Contains("(power strip) confirms off", StringComparison.Ordinal));
        Assert.Contains("its fence device confirmed off", Assert.Single(await own.ToldAsync("taken-over")), StringComparison.Ordinal);
    }

    private async Task<HostDetail> HostAsync(string host) => RunningLab.Parse(await lab.MustAsync("host", "show", host, "--host", "h1", "-o", "json"), ApiJson.Default.HostDetail);

    private async Task<HostExplanation> ExplainAsync(string host) =>
        RunningLab.Parse(await lab.MustAsync("explain", "host", host, "--host", "h1", "-o", "json"), ApiJson.Default.HostExplanation);
}
