using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Rows of the isolation table (docs/design/isolation-table.md) with real machines: what each disturbance costs, seen from outside.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class IsolationTests(RunningLab lab)
{
    private static readonly string[] Hosts = ["h1", "h2", "h3"];
    private static readonly string[] Networks = ["cluster", "migration", "storage", "guest"];

    /// <summary>The guest counts every 50 ms; a busy machine may be late with it, a pause of ours would be seconds.</summary>
    private static readonly TimeSpan NoPause = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task A_dead_cluster_switch_stops_nothing_fences_nobody_and_is_named()
    {
        var before = await StartAsync("steady", "h1");
        await RunningLab.FaultAsync("switch cluster down");
        await lab.SaysAsync("h1", "the cluster switch");
        await lab.SaysAsync("h3", "the cluster switch");
        await VerdictsAsync(("h1", "h1", "connected"), ("h1", "h2", "connected"));
        await UnharmedAsync(before, "h1");
        await RunningLab.FaultAsync("heal all");
        await RunningLab.FaultAsync("switch cluster up");
        await lab.SaysAsync("h1", null);
        await UnharmedAsync(before, "h1");

        // It has converged by itself when the next piece of work succeeds.
        await RunningLab.UntilAsync("the machine moves again", TimeSpan.FromSeconds(60), async () => (await lab.CallAsync("vm", "migrate", "steady", "h2")) is { Exit: not 0 } call ? call.Error : null);
    }

    [Fact]
    public async Task An_isolated_host_keeps_its_machine_and_is_left_alone()
    {
        var before = await StartAsync("kept", "h1");
        foreach (var network in Networks)
        {
            await RunningLab.FaultAsync($"apart h1 h2 {network}");
            await RunningLab.FaultAsync($"apart h1 h3 {network}");
        }

        await VerdictsAsync(("h1", "h1", "isolated"), ("h2", "h1", "isolated"), ("h3", "h3", "partition majority"));

        // Whoever reaches nobody over any network has no guest network either, and the others have it.
        Assert.Equal(6, (await HostAsync("h1", "h1")).Row);
        await lab.SaysAsync("h1", "h1's cables, all of them (cluster, migration, storage, guest)");
        await UnharmedAsync(before, "h1");
        var why = RunningLab.Parse(await lab.MustAsync("explain", "host", "h1", "--local", "--host", "h1", "-o", "json"), ApiJson.Default.HostExplanation);
        Assert.Contains("it is h1 that is cut off", why.Evidence[0], StringComparison.Ordinal);
        Assert.Contains(why.Facts, f => f.Contains("row 6", StringComparison.Ordinal));
        await RunningLab.FaultAsync("heal all");
        await VerdictsAsync(("h1", "h1", "connected"), ("h2", "h1", "connected"));
        await UnharmedAsync(before, "h1");
    }

    [Theory]
    [InlineData("in", "receiving")]
    [InlineData("out", "sending")]
    public async Task One_way_loss_fences_nobody_and_its_direction_is_named(string direction, string word)
    {
        var before = await StartAsync("oneway", "h1");
        await RunningLab.FaultAsync($"oneway h1 cluster {direction}");
        await lab.SaysAsync("h2", $"h1's cluster cable or card, {word}");
        await VerdictsAsync(("h1", "h1", "connected"), ("h2", "h1", "connected"));
        await UnharmedAsync(before, "h1");
    }

    [Fact]
    public async Task Twenty_percent_loss_is_measured_in_both_directions_and_stops_nothing()
    {
        var before = await StartAsync("lossy", "h2");
        await RunningLab.FaultAsync("loss h2 cluster 20");
        await lab.SaysAsync("h1", "h2's cluster cable loses up to");
        foreach (var (from, to) in new[] { ("h1", "h2"), ("h2", "h1"), ("h2", "h3") })
        {
            Assert.InRange((await DirectionAsync("h1", "cluster", from, to)).LossPercent ?? 0, 5, 60);
        }

        Assert.InRange((await DirectionAsync("h1", "storage", "h1", "h2")).LossPercent ?? 100, 0, 5);
        await VerdictsAsync(("h1", "h2", "connected"));
        await UnharmedAsync(before, "h2");
    }

    [Fact]
    public async Task Non_transitive_reachability_changes_nothing_and_is_told()
    {
        var before = await StartAsync("between", "h1");
        foreach (var network in Networks)
        {
            await RunningLab.FaultAsync($"apart h1 h2 {network}");
        }

        await lab.SaysAsync("h3", "the path between h1 and h2 on cluster");
        await VerdictsAsync(("h1", "h1", "connected"), ("h2", "h2", "connected"), ("h1", "h2", "connected"));
        var call = await lab.CallAsync("vm", "migrate", "between", "h2", "--local", "--host", "h1");
        Assert.Equal(ExitCode.Failed, call.Exit);
        Assert.Contains("network migration is lost between h1 and h2", call.Error, StringComparison.Ordinal);
        await UnharmedAsync(before, "h1");
    }

    [Fact]
    public async Task A_guest_network_lost_on_one_host_moves_its_machine_live_to_one_that_has_it()
    {
        var before = await StartAsync("mover", "h1");
        await RunningLab.FaultAsync("cut h1 guest");
        await RunningLab.UntilAsync("h1 is in row 10, or has moved its machine already", TimeSpan.FromSeconds(20), async () =>
            await HostAsync("h1", "h1") is { Row: 10 } ? null : "another row");
        var after = await lab.SeenAsync("mover", "counts on another host alone", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h1" && m.Counter > before.Counter + 2);
        Assert.Equal((before.BootId, 0, 0), (after.BootId, after.Gaps, after.ForeignWrites));
        await lab.SaysAsync("h2", "h1's guest cable");
        Assert.Contains("\"evacuating\"", (await lab.MustAsync("events", "-o", "json")).Out, StringComparison.Ordinal);

        // A machine without a place is not put there while others have the network.
        await lab.MustAsync("vm", "create", "other", "--memory", "192MiB", "--disk", "64MiB", "--start", "--wait");
        await lab.SeenAsync("other", "runs where there is a guest network", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h1");
    }

    [Fact]
    public async Task A_guest_network_lost_for_all_moves_nothing()
    {
        var before = await StartAsync("stays", "h1");
        await RunningLab.FaultAsync("switch guest down");
        await RunningLab.UntilAsync("every host is in row 11", TimeSpan.FromSeconds(20), async () =>
            (await Task.WhenAll(Hosts.Select(h => HostAsync(h, h)))).All(h => h.Row == 11) ? null : "another row");
        await lab.SaysAsync("h2", "the guest switch");
        await UnharmedAsync(before, "h1");
        await RunningLab.FaultAsync("switch guest up");
        await lab.SaysAsync("h2", null);
    }

    [Fact]
    public async Task While_disarmed_the_machine_of_a_dead_host_waits_and_it_runs_once_the_cluster_is_armed()
    {
        var before = await StartAsync("waits", "h3");
        await lab.MustAsync("ha", "disarm", "--for", "10m", "--why", "the switch is replaced");
        await RunningLab.UntilAsync("every host is in row 1", TimeSpan.FromSeconds(20), async () =>
            (await Task.WhenAll(Hosts.Select(h => HostAsync(h, h)))).All(h => h.Row == 1) ? null : "another row");
        await RunningLab.FaultAsync("crash h3");
        await RunningLab.UntilAsync("h1 suspects h3", TimeSpan.FromSeconds(20), async () => (await HostAsync("h1", "h3")).State == HostState.Up ? "up" : null);

        // Armed, the fast shot and the restart take about 2 s.
        var watched = await LabCluster.Observe(RunningLab.Name, "waits", TimeSpan.FromSeconds(10), null, CancellationToken.None);
        Assert.Equal(0, watched.Lines);
        var arm = await lab.CallAsync("ha", "arm", "--host", "h1");
        Assert.True(arm.Exit == ExitCode.Failed && arm.Error.Contains("h3", StringComparison.Ordinal), $"{arm.Exit}: {arm.Out}{arm.Error}");
        var after = await lab.SeenAsync("waits", "runs elsewhere", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h3" && m.BootId != before.BootId);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));

        // h3 was not told, and still keeps to what it was told before its end.
        await RunningLab.FaultAsync("start h3");
        await RunningLab.UntilAsync("h3 is back, in row 1", TimeSpan.FromSeconds(60), async () =>
            await lab.CallAsync("host", "show", "h3", "--local", "--host", "h3", "-o", "json") is { Exit: 0 } call && RunningLab.Parse(call, ApiJson.Default.HostDetail).Row == 1 ? null : "not yet");
        await RunningLab.UntilAsync("all hosts are armed", TimeSpan.FromSeconds(60), async () => await lab.CallAsync("ha", "arm") is { Exit: not 0 } call ? call.Error : null);
    }

    private async Task<TruthMachine> StartAsync(string name, string host)
    {
        await lab.FreshAsync();
        await lab.SaysAsync("h1", null);
        return await lab.CreateAsync(name, host);
    }

    /// <summary>The same process in the same boot counts on without a pause longer than the profile's ttl would notice, and nobody was suspected or fenced for it.</summary>
    private async Task UnharmedAsync(TruthMachine before, string host)
    {
        var watched = await LabCluster.Observe(RunningLab.Name, before.Name, TimeSpan.FromSeconds(10), null, CancellationToken.None);
        var after = await lab.TruthAsync(before.Name);
        Assert.True(watched.LongestSilence < NoPause, $"{before.Name} was silent for {watched.LongestSilence.TotalSeconds:0.0} s");
        Assert.Equal((host, before.Copies[0].Pid, before.BootId, 0, 0), (after.Copies.Single().Host, after.Copies[0].Pid, after.BootId, after.Gaps, after.ForeignWrites));
        var events = (await Task.WhenAll(Hosts.Select(h => lab.MustAsync("events", "--local", "--host", h, "-o", "json")))).SelectMany(c => c.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var since = before.Copies[0].Started;
        var harm = events.Select(e => System.Text.Json.JsonSerializer.Deserialize(e, ApiJson.Default.ClusterEvent)!)
            .Where(e => e.At > since && (e.Kind is "suspected" or "fencing" or "fenced" or "frozen" or "taken-over"));
        Assert.Empty(harm.Select(e => $"{e.Host}: {e.Kind}: {e.Text}"));
    }

    private static async Task<T> OfAsync<T>(Task<Calls.Call> call, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => RunningLab.Parse(await call, type);

    private Task<HostDetail> HostAsync(string by, string host) => OfAsync(lab.MustAsync("host", "show", host, "--local", "--host", by, "-o", "json"), ApiJson.Default.HostDetail);

    private async Task<Direction> DirectionAsync(string by, string network, string from, string to) =>
        (await OfAsync(lab.MustAsync("network", "show", network, "--host", by, "-o", "json"), ApiJson.Default.NetworkReport)).Networks[0].Directions.Single(d => d.From == from && d.To == to);

    private Task VerdictsAsync(params (string By, string Host, string Verdict)[] expected) => RunningLab.UntilAsync("the verdicts are as expected", TimeSpan.FromSeconds(20), async () =>
    {
        foreach (var (by, host, verdict) in expected)
        {
            if (await HostAsync(by, host) is var shown && shown.Verdict != verdict)
            {
                return $"{by} says that {host} is {shown.Verdict}: {string.Join(' ', shown.Evidence)}";
            }
        }

        return null;
    });
}
