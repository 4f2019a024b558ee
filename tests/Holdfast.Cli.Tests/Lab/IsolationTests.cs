using System.Text.Json;
using Holdfast.Api;
using Holdfast.Cli.Commands.Drill;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Rows of the isolation table (docs/design/isolation-table.md) with real machines: what each disturbance costs, by the drills that a user runs.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class IsolationTests(RunningLab lab)
{
    private static readonly string[] Hosts = ["h1", "h2", "h3"];

    /// <summary>Those of which only the drill is to be seen. A drill takes about 50 s, so not all of them are in every run of <c>./test</c>; the others are run by <c>holdfast drill run</c>.</summary>
    [Theory]
    [InlineData("storage-lost-by-one")]
    [InlineData("storage-lost-by-all")]
    [InlineData("one-way-in")]
    [InlineData("one-way-out")]
    [InlineData("gateway-dead")]
    public Task A_disturbance_costs_what_its_drill_allows(string drill) => DrillAsync(drill);

    [Fact]
    public async Task A_dead_cluster_switch_costs_nothing_and_the_next_piece_of_work_succeeds()
    {
        var report = await DrillAsync("cluster-switch-dead");
        Assert.All(report.Machines, m => Assert.Equal((0, 0), (m.OutageSeconds, m.Restarted)));
        await lab.CreateAsync("mover", "h1");
        await lab.MustAsync("vm", "migrate", "mover", "h2");
    }

    [Fact]
    public async Task An_isolated_host_without_guest_network_releases_its_machine_and_another_runs_it()
    {
        var report = await DrillAsync("host-isolated");
        var released = Assert.Single(report.Machines, m => m.From == "h1");
        Assert.Equal((Fate.Released, 1), (released.Expected, released.Restarted));
        Assert.NotEqual("h1", released.To);
    }

    [Fact]
    public Task An_isolated_host_keeps_its_machine_by_policy_and_explains_itself() => DrillAsync("host-isolated-keep", async () =>
    {
        var why = RunningLab.Parse(await lab.MustAsync("explain", "host", "h1", "--local", "--host", "h1", "-o", "json"), ApiJson.Default.HostExplanation);
        Assert.Contains("it is h1 that is cut off", why.Evidence[0], StringComparison.Ordinal);
        Assert.Contains(why.Facts, f => f.Contains("row 6", StringComparison.Ordinal));
    });

    [Fact]
    public Task Twenty_percent_loss_is_measured_in_both_directions() => DrillAsync("loss-20", async () =>
    {
        foreach (var (from, to) in new[] { ("h1", "h2"), ("h2", "h1"), ("h2", "h3") })
        {
            Assert.InRange((await DirectionAsync("h1", "cluster", from, to)).LossPercent ?? 0, 5, 60);
        }

        Assert.InRange((await DirectionAsync("h1", "storage", "h1", "h2")).LossPercent ?? 100, 0, 5);
    });

    [Fact]
    public Task Between_two_hosts_that_do_not_reach_each_other_nothing_migrates() => DrillAsync("non-transitive", async () =>
    {
        var call = await lab.CallAsync("vm", "migrate", "drill-h1", "h2", "--local", "--host", "h1");
        Assert.Equal(ExitCode.Failed, call.Exit);
        Assert.Contains("network migration is lost between h1 and h2", call.Error, StringComparison.Ordinal);
    });

    [Fact]
    public async Task A_guest_network_lost_on_one_host_moves_its_machine_live_to_one_that_has_it()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("mover", "h1");
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
    public async Task While_disarmed_the_machine_of_a_dead_host_waits_and_it_runs_once_the_cluster_is_armed()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("waits", "h3");
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
        var after = await lab.SeenAsync("waits", "runs elsewhere", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h3" && RunningLab.BootedSince(before, m));
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));

        // h3 was not told, and still keeps to what it was told before its end.
        await RunningLab.FaultAsync("start h3");
        await RunningLab.UntilAsync("h3 is back, in row 1", TimeSpan.FromSeconds(60), async () =>
            await lab.CallAsync("host", "show", "h3", "--local", "--host", "h3", "-o", "json") is { Exit: 0 } call && RunningLab.Parse(call, ApiJson.Default.HostDetail).Row == 1 ? null : "not yet");
        await RunningLab.UntilAsync("all hosts are armed", TimeSpan.FromSeconds(60), async () => await lab.CallAsync("ha", "arm") is { Exit: not 0 } call ? call.Error : null);
    }

    [Fact]
    public Task A_hung_guest_is_started_anew_on_its_host_and_one_whose_agent_alone_is_silent_is_not() => DrillAsync("guest-hung", async () =>
    {
        // Its policy is to be restarted, too. Its disk and CPU go on, for longer than the hung one is left alone. An agent that is stopped before it
        // has opened its channel is absent, not silent, however long one waits.
        await GuestAgentAsync("answers");
        await RunningLab.FaultAsync("guest-agent h2 drill-h2 stop");
        await GuestAgentAsync("silent");
    });

    /// <summary>Runs a drill on a fresh lab; everything must be as it expects.</summary>
    private async Task<DrillReport> DrillAsync(string name, Func<Task>? during = null)
    {
        await lab.FreshAsync();
        var report = await new DrillRun(new DrillLab(RunningLab.Name), Drills.Find(name)!, new Progress<string>()).RunAsync(TestContext.Current.CancellationToken, during);
        Assert.True(report.Met, JsonSerializer.Serialize(report, DrillJson.Default.DrillReport));
        return report;
    }

    /// <summary>Waits until the agent of h2 says so of the guest agent in its drill's machine, which is never held for hung.</summary>
    private Task GuestAgentAsync(string sign) => RunningLab.UntilAsync($"the guest agent in drill-h2 {sign}", TimeSpan.FromSeconds(40), async () =>
        (await OfAsync(lab.MustAsync("vm", "show", "drill-h2", "-o", "json"), ApiJson.Default.MachineDetail)).Guest is var guest && guest is { Hung: false } && guest.Agent == sign
            ? null : $"it {guest?.Agent ?? "is not watched"}{(guest is { Hung: true } ? ", and the machine hung" : "")}");

    private static async Task<T> OfAsync<T>(Task<Calls.Call> call, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => RunningLab.Parse(await call, type);

    private Task<HostDetail> HostAsync(string by, string host) => OfAsync(lab.MustAsync("host", "show", host, "--local", "--host", by, "-o", "json"), ApiJson.Default.HostDetail);

    private async Task<Direction> DirectionAsync(string by, string network, string from, string to) =>
        (await OfAsync(lab.MustAsync("network", "show", network, "--host", by, "-o", "json"), ApiJson.Default.NetworkReport)).Networks[0].Directions.Single(d => d.From == from && d.To == to);
}
