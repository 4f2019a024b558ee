using Holdfast.Api;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>A migration looked at before it is ordered, and a machine that goes to another host shut down, with real machines.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class RelocateTests(RunningLab lab)
{
    [Fact]
    public async Task A_dry_run_measures_and_moves_nothing_and_a_relocation_starts_the_machine_elsewhere_with_all_that_it_wrote()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("mover", "h1");

        // Asked of another host's agent than the owner's, which passes it on.
        var preflight = await PreflightAsync(ExitCode.Done, "h2", "--host", "h3");
        Assert.Equal(("h1", "h2", true, "h3"), (preflight.From, preflight.To, preflight.Begins, Assert.Single(preflight.Others).Host));
        Assert.All(preflight.Checks, c => Assert.True(c.State == CheckState.Passes, $"{c.Name}: {c.Says}"));
        Assert.True(preflight.Estimate is { Converges: true, TotalSeconds: > 0, PathMiBPerSecond: > 1, DirtyMiBPerSecond: >= 0, MemoryMiB: > 8 and < 192 }, preflight.Estimate?.Says);

        await lab.MustAsync("host", "drain", "h2");
        try
        {
            await RunningLab.UntilAsync("h1 would not move it to h2", TimeSpan.FromSeconds(20), async () =>
                await lab.CallAsync("vm", "migrate", "mover", "h2", "--dry-run") is { Exit: ExitCode.Done } call ? call.Out : null);
            var refused = await PreflightAsync(ExitCode.Failed, "h2");
            Assert.Equal((await lab.CallAsync("vm", "migrate", "mover", "h2")).Error.TrimEnd().Split('\n')[^1], refused.Refusal);
            Assert.Equal("host", Assert.Single(refused.Checks, c => c.State == CheckState.Refuses).Name);
        }
        finally
        {
            await lab.MustAsync("host", "resume", "h2");
        }

        await lab.SeenAsync("mover", "has not moved", m => m.Copies is [{ Host: "h1", Executing: true }]);

        var call = await lab.MustAsync("vm", "relocate", "mover", "h3", "--host", "h2");
        Assert.Equal("mover was shut down and runs on h3 now.\n", call.Out);
        var after = await lab.SeenAsync("mover", "counts on h3 alone", m => m.Copies is [{ Host: "h3", Executing: true }] && RunningLab.BootedSince(before, m) && m.Counter > before.Counter);
        Assert.Equal((0, 0), (after.Gaps, after.ForeignWrites));
        Assert.Equal(DesiredState.Run, (await lab.MachineAsync("mover")).Desired);

        await lab.MustAsync("vm", "stop", "mover");
        var stopped = await lab.CallAsync("vm", "relocate", "mover", "h2");
        Assert.True(stopped.Exit == ExitCode.Failed && stopped.Error.Contains("'holdfast vm start mover --on h2' starts it there", StringComparison.Ordinal), stopped.Error);
    }

    private async Task<MigrationPreflight> PreflightAsync(int exit, params string[] words)
    {
        var call = await lab.CallAsync(["vm", "migrate", "mover", "--dry-run", "-o", "json", .. words]);
        Assert.True(call.Exit == exit, $"{call.Exit}: {call.Error}{call.Out}");
        return RunningLab.Parse(call, ApiJson.Default.MigrationPreflight);
    }
}
