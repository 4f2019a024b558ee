using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Demo;

/// <summary>
/// The main job from end to end. What the agents say is only used to ask them; whether it happened is read from outside
/// (<see cref="LabCluster.Truth"/>: processes and the guests' own counters). A step that did not happen throws.
/// </summary>
internal sealed class Demonstration(string lab, int hosts, Progress progress)
{
    private const string Mover = "mover";
    private const string Survivor = "survivor";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly List<DemoStep> steps = [];

    public async Task<DemoReport> RunAsync(CancellationToken cancel)
    {
        // A lab of an earlier call has a dead host and used machines: the same call twice shall show the same thing twice.
        await LabCluster.Down(lab, progress, cancel);
        var since = Stopwatch.StartNew();
        var status = await LabCluster.Up(new LabOptions { Name = lab, Hosts = hosts }, progress, cancel);
        Step("lab up", since.Elapsed, $"{status.Hosts.Count} hosts, {status.Acceleration}");

        var (first, second, last) = (status.Hosts[0].Name, status.Hosts[1].Name, status.Hosts[^1].Name);
        await CreateAsync(Mover, second, cancel);
        await CreateAsync(Survivor, second, cancel);
        await MigrateAsync(second, first, cancel);
        await CrashAsync(second, cancel);
        var truth = await ExactlyOnceAsync(cancel);
        Step("each machine runs once", TimeSpan.Zero, string.Join("; ", truth.Select(m => $"{m.Name} on {m.Copies[0].Host}, counter {m.Counter}, gaps {m.Gaps}, foreign writes {m.ForeignWrites}")));
        return new DemoReport(lab, [.. steps], LabCluster.AgentSocket(lab), LabCluster.Status(lab).Console);
    }

    private async Task CreateAsync(string machine, string host, CancellationToken cancel)
    {
        progress.Report($"creating {machine} on {host}");
        var since = Stopwatch.StartNew();
        using var client = Client();
        var task = await client.CreateAsync(new CreateMachine { Name = machine, MemoryMiB = 192, DiskMiB = 64, Start = true, Host = host }, cancel);
        await client.WaitAsync(task, Limit, progress.Report, cancel);
        var seen = await UntilAsync(machine, m => RunsOn(m, host) && m.Counter >= 3, $"counts on {host}", cancel);
        Step($"{machine} created", since.Elapsed, $"runs on {host}, counter {seen.Counter}");
    }

    private async Task MigrateAsync(string from, string to, CancellationToken cancel)
    {
        progress.Report($"migrating {Mover} from {from} to {to}");
        var before = await SeenAsync(Mover, cancel);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = LabCluster.Observe(lab, Mover, Limit, null, enough.Token);
        using var client = Client();
        var since = Stopwatch.StartNew();
        var task = await client.WaitAsync(await client.MigrateAsync(Mover, new MigrateMachine(to), cancel), Limit, progress.Report, cancel);
        var total = since.Elapsed;
        var after = await UntilAsync(Mover, m => RunsOn(m, to) && m.Copies.Count == 1 && m.Counter > before.Counter, $"counts on {to} alone", cancel);
        Demand(after.BootId == before.BootId, $"{Mover} has another boot id after the migration: it was restarted, not moved.");
        await enough.CancelAsync();
        var silence = (await watching).LongestSilence;
        Step("live migration", total, string.Create(CultureInfo.InvariantCulture, $"{from} → {to}, counter {before.Counter} → {after.Counter}, same boot, gaps {after.Gaps}"));
        Step("  pause seen by the guest", silence, $"longest time between two counts; agents: pause {Words.Ms(task.Result?.Migration?.PauseMs)}, completed → resume {Words.Ms(task.Result?.Migration?.CompletedToResumeMs)}");
    }

    private async Task CrashAsync(string host, CancellationToken cancel)
    {
        using (var client = Client())
        {
            if ((await client.MachineAsync(Survivor, cancel)).Bound is { } bound)
            {
                Step("bound printed before", TimeSpan.FromSeconds(bound.WithDeviceSeconds ?? bound.WithoutDeviceSeconds ?? 0), Words.BoundText(bound));
            }
        }

        progress.Report($"cutting the power of {host}");
        var before = await SeenAsync(Survivor, cancel);
        var at = DateTimeOffset.UtcNow;
        var since = Stopwatch.StartNew();
        await LabCluster.Fault(lab, new LabFault.Crash(host), cancel);
        progress.Report($"waiting for {Survivor} to run elsewhere");
        var started = await UntilAsync(Survivor, m => m.Copies.Any(c => c.Host != host && c.Executing), "runs on another host", cancel);
        var copy = started.Copies.First(c => c.Host != host);
        var after = await UntilAsync(Survivor, m => m.Counter > before.Counter && m.BootId != before.BootId && m.BootId is not null, $"counts beyond {before.Counter}", cancel);
        Step("power cut → QEMU started", copy.Started - at, $"{host} → {copy.Host}");
        Step("power cut → first count", since.Elapsed, $"counter {before.Counter} → {after.Counter}, nothing fsynced is lost (gaps {after.Gaps})");
    }

    private async Task<TruthMachine[]> ExactlyOnceAsync(CancellationToken cancel)
    {
        var truth = (await LabCluster.Truth(lab, cancel)).Machines.Where(m => m.Name is Mover or Survivor).ToArray();
        Demand(truth.Length == 2, $"Only {truth.Length} of 2 machines are to be seen from outside.");
        foreach (var machine in truth)
        {
            Demand(machine.Copies is [{ Executing: true }], $"{machine.Name} has {machine.Copies.Count} copies, {machine.Copies.Count(c => c.Executing)} of them executing, not exactly one.");
            Demand(machine is { Gaps: 0, ForeignWrites: 0 }, $"The guest of {machine.Name} found {machine.Gaps} gaps and {machine.ForeignWrites} foreign writes on its disk.");
        }

        return truth;
    }

    private HoldfastClient Client() => HoldfastClient.Unix(LabCluster.AgentSocket(lab));

    private async Task<TruthMachine> SeenAsync(string machine, CancellationToken cancel) =>
        (await LabCluster.Truth(lab, cancel)).Machines.FirstOrDefault(m => m.Name == machine)
        ?? throw new ApiException(ErrorCode.Failed, $"{machine} is not to be seen from outside: no QEMU and no serial log.");

    private async Task<TruthMachine> UntilAsync(string machine, Func<TruthMachine, bool> good, string what, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var seen = (await LabCluster.Truth(lab, cancel)).Machines.FirstOrDefault(m => m.Name == machine);
            if (seen is not null && good(seen))
            {
                return seen;
            }

            if (since.Elapsed > Limit)
            {
                var copies = seen is null ? "nothing" : $"counter {seen.Counter}, copies: {string.Join(", ", seen.Copies.Select(c => $"{c.Host} {(c.Executing ? "executing" : "not executing")}"))}";
                throw new ApiException(ErrorCode.Failed, $"After {Limit.TotalSeconds:0} s it is still not so that {machine} {what} (seen: {copies}).");
            }

            await Task.Delay(50, cancel);
        }
    }

    private static bool RunsOn(TruthMachine machine, string host) => machine.Copies.Any(c => c.Host == host && c.Executing);

    private static void Demand(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new ApiException(ErrorCode.Failed, sentence);
        }
    }

    private void Step(string what, TimeSpan time, string seen)
    {
        steps.Add(new DemoStep(what, Math.Round(time.TotalSeconds, 3), seen));
        progress.Report($"{what}: {seen}");
    }
}
