using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Snapshots of a guest that writes and syncs all the time, with real libvirt and QEMU on the shared store.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class SnapshotTests(RunningLab lab)
{
    [Fact]
    public async Task A_snapshot_costs_a_running_guest_nothing_goes_with_it_to_other_hosts_and_brings_back_what_it_had_written()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("keeper", "h1");

        // Asked of another host's agent than the owner's, which passes it on.
        await lab.MustAsync("snapshot", "create", "keeper", "one", "--host", "h3");
        var after = await lab.TruthAsync("keeper");
        var on = await lab.SeenAsync("keeper", "counts on", m => RunningLab.Executes(m, "h1") && m.Counter > after.Counter + 20);
        Unharmed(before, on);
        var one = Assert.Single((await ReportAsync()).Snapshots);
        Assert.True(one is { Complete: true, Running: true, Current: true }, $"{one}");

        await lab.MustAsync("vm", "migrate", "keeper", "h2");
        var moved = await lab.SeenAsync("keeper", "counts on h2", m => m.Copies is [{ Host: "h2", Executing: true }] && m.Counter > on.Counter + 10);
        Unharmed(before, moved);

        // Whoever takes it over starts it from the files that it wrote to, and not from those that its definition names.
        await RunningLab.FaultAsync("crash h2");
        var taken = await lab.SeenAsync("keeper", "was taken over", m => m.Copies.Any(c => c.Host != "h2" && c.Executing) && RunningLab.BootedSince(before, m) && m.Counter > moved.Counter, 90);
        Assert.Equal((0, 0), (taken.Gaps, taken.ForeignWrites));

        await lab.MustAsync("vm", "stop", "keeper");
        Assert.Contains("say --yes", (await lab.CallAsync("snapshot", "revert", "keeper", "one")).Error, StringComparison.Ordinal);
        var reached = (await lab.TruthAsync("keeper")).Counter;
        await lab.MustAsync("snapshot", "revert", "keeper", "one", "--yes");
        await lab.MustAsync("vm", "start", "keeper", "--wait");

        // It begins where the snapshot was taken: after what had been counted before the order, and before all that came later. That a count came back shows as one overlap.
        var back = await lab.SeenAsync("keeper", "counts again", m => m.Copies.Any(c => c.Executing) && RunningLab.BootedSince(taken, m) && m.Counter > 0);
        Assert.True(back.Counter >= before.Counter && back.Counter < reached, $"It counts at {back.Counter}; before the snapshot {before.Counter}, before the stop {reached}.");

        // A boot that has only said where it begins has not counted yet, and so overlaps nothing.
        var goesOn = await lab.SeenAsync("keeper", "counts on from there", m => m.Counter > back.Counter + 2);
        Assert.Equal((1, 0), (goesOn.Gaps, goesOn.ForeignWrites));
    }

    [Fact]
    public async Task An_altered_chain_is_found_before_the_start_and_named_and_a_deleted_snapshot_is_merged()
    {
        const string Chains = "/holdfast/shared/machines/keeper/chain-*.json";
        await lab.FreshAsync();
        var first = await lab.CreateAsync("keeper", "h1");
        await lab.MustAsync("snapshot", "create", "keeper", "one");
        await lab.MustAsync("vm", "stop", "keeper");
        await RunningLab.InsideAsync("h1", $"sed -i 's/\"one\"/\"two\"/' {Chains}");

        var refused = await lab.CallAsync("vm", "start", "keeper");
        Assert.True(refused.Exit == ExitCode.Failed && refused.Error.Contains("/machines/keeper/chain-", StringComparison.Ordinal) && refused.Error.Contains("was altered or is damaged", StringComparison.Ordinal), refused.Error);
        Assert.Empty((await lab.TruthAsync("keeper")).Copies);
        Assert.Equal(ExitCode.Degraded, (await lab.CallAsync("snapshot", "list", "keeper")).Exit);

        await lab.MustAsync("vm", "stop", "keeper");
        await RunningLab.InsideAsync("h1", $"sed -i 's/\"two\"/\"one\"/' {Chains}");
        await lab.MustAsync("snapshot", "delete", "keeper", "one");
        var report = await ReportAsync();
        Assert.Equal((1, 0, "raw", null), (report.Depth, report.Snapshots.Length, Assert.Single(report.Files).Format, report.Fault));
        await lab.MustAsync("vm", "start", "keeper", "--wait");
        var again = await lab.SeenAsync("keeper", "counts on", m => m.Copies.Any(c => c.Executing) && RunningLab.BootedSince(first, m) && m.Counter > first.Counter);
        Assert.Equal((0, 0), (again.Gaps, again.ForeignWrites));
    }

    [Fact]
    public async Task An_agent_that_is_killed_while_it_takes_a_snapshot_leaves_the_machine_running_and_the_next_order_clears_up()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("keeper", "h1");
        for (var n = 0; n < 4; n++)
        {
            await lab.CallAsync("snapshot", "create", "keeper", $"cut{n}", "--no-wait", "--host", "h1");
            await Task.Delay(40 * n, TestContext.Current.CancellationToken);
            await RunningLab.FaultAsync("stop-process h1 agent --kill");
            await RunningLab.UntilAsync("a snapshot can be taken again", TimeSpan.FromSeconds(60), async () =>
                await lab.CallAsync("snapshot", "create", "keeper", $"next{n}", "--host", "h1") is { Exit: not ExitCode.Done } call && !call.Error.Contains("already", StringComparison.Ordinal) ? call.Error : null);
            Assert.Null((await ReportAsync()).Fault);
            if ((await ReportAsync()).Depth > 5)
            {
                break;
            }
        }

        var counter = (await lab.TruthAsync("keeper")).Counter;
        Unharmed(before, await lab.SeenAsync("keeper", "counts on", m => RunningLab.Executes(m, "h1") && m.Counter > counter + 10));
        Assert.All((await ReportAsync()).Snapshots, s => Assert.True(s.Complete, s.Name));
        await lab.MustAsync("vm", "migrate", "keeper", "h2");
        Unharmed(before, await lab.SeenAsync("keeper", "counts on h2", m => m.Copies is [{ Host: "h2", Executing: true }] && m.Counter > counter + 30));
    }

    private static void Unharmed(TruthMachine before, TruthMachine now) =>
        Assert.Equal((before.BootId, 0, 0), (now.BootId, now.Gaps, now.ForeignWrites));

    private async Task<SnapshotReport> ReportAsync() => RunningLab.Parse(await lab.MustAsync("snapshot", "list", "keeper", "-o", "json"), ApiJson.Default.SnapshotReport);
}
