using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Planned work on a host, and a migration that is given up, with real machines.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class DrainTests(RunningLab lab)
{
    [Fact]
    public async Task A_drained_host_gives_its_machines_away_live_and_takes_none_over_a_reboot_until_it_is_resumed()
    {
        await lab.FreshAsync();
        TruthMachine[] machines = [await lab.CreateAsync("one", "h2"), await lab.CreateAsync("two", "h2")];
        try
        {
            await lab.MustAsync("host", "drain", "h2", "--reason", "new kernel", "--host", "h1");
            foreach (var before in machines)
            {
                var after = await lab.SeenAsync(
                    before.Name, "counts on another host alone", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h2" && m.Counter > before.Counter + 2);
                Assert.Equal((before.BootId, 0, 0), (after.BootId, after.Gaps, after.ForeignWrites));
            }

            await IsDrainedAsync("h1");
            Assert.Contains(
                "h2 cannot take three: it is being drained", (await lab.CallAsync("vm", "create", "three", "--memory", "192MiB", "--disk", "64MiB", "--start", "--on", "h2")).Error, StringComparison.Ordinal);
            Assert.Contains("h2 is being drained", (await lab.CallAsync("vm", "migrate", "one", "h2")).Error, StringComparison.Ordinal);
            var status = await lab.CallAsync("status", "--host", "h1");
            Assert.True(status.Exit == ExitCode.Degraded && status.Out.Contains("h2 is being drained", StringComparison.Ordinal), status.Out);

            await RunningLab.FaultAsync("crash h2");
            await RunningLab.FaultAsync("start h2");
            await IsDrainedAsync("h2");
            Assert.Contains("new kernel", (await lab.MustAsync("host", "show", "h2", "--local", "--host", "h2")).Out, StringComparison.Ordinal);
        }
        finally
        {
            await RunningLab.UntilAsync("h2 is resumed", TimeSpan.FromSeconds(60), async () => await lab.CallAsync("host", "resume", "h2", "--reason", "it is done") is { Exit: not 0 } call ? call.Error : null);
        }

        await RunningLab.UntilAsync("a machine can be moved to h2 again", TimeSpan.FromSeconds(60), async () => await lab.CallAsync("vm", "migrate", "one", "h2") is { Exit: not 0 } call ? call.Error : null);
        await lab.SeenAsync("two", "stays where it went", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h2");
    }

    [Fact]
    public async Task A_migration_that_takes_long_is_cancelled_and_its_guest_counts_on_where_it_is()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("mover", "h1");
        await RunningLab.FaultAsync("rate h1 migration 2mbit");
        var move = lab.CallAsync("vm", "migrate", "mover", "h2");
        await RunningLab.UntilAsync("mover is being copied", TimeSpan.FromSeconds(30), async () =>
            await lab.MachineAsync("mover") is { State: MachineState.Migrating, LastMove.PreparedMs: not null } ? null : "not yet");

        // Asked of another host's agent than the owner's, which passes it on.
        var cancel = await lab.MustAsync("vm", "cancel-migration", "mover", "--host", "h3");
        Assert.Contains("mover stays on h1 and runs there; its migration to h2 was cancelled.", cancel.Out, StringComparison.Ordinal);
        var moved = await move;
        Assert.True(moved.Exit == ExitCode.Failed && moved.Error.Contains("cancelled by order", StringComparison.Ordinal), $"{moved.Exit}: {moved.Out}{moved.Error}");
        var after = await lab.SeenAsync("mover", "counts on h1 alone", m => m.Copies is [{ Host: "h1", Executing: true }] && m.Counter > before.Counter + 2);
        Assert.Equal((before.BootId, 0, 0), (after.BootId, after.Gaps, after.ForeignWrites));
        var again = await lab.CallAsync("vm", "cancel-migration", "mover");
        Assert.True(again.Exit == ExitCode.Failed && again.Error.Contains("mover is not being moved away from h1", StringComparison.Ordinal), again.Error);
    }

    private Task IsDrainedAsync(string by) => RunningLab.UntilAsync($"{by} sees h2 up and drained", TimeSpan.FromSeconds(60), async () =>
        await lab.CallAsync("host", "show", "h2", "--local", "--host", by, "-o", "json") is not { Exit: 0 } call ? "no answer"
            : RunningLab.Parse(call, ApiJson.Default.HostDetail) is { State: HostState.Up, Drain: DrainState.Drained } ? null : call.Out);
}
