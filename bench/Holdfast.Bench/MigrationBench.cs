using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>
/// Live migration by Holdfast beside plain <c>virsh migrate --live</c> (with <c>--unsafe</c>: libvirt does not know this store as a shared one): the same guest with the same definition, in two labs of two hosts
/// side by side (Holdfast's guard freezes what has no lease, so a plain domain needs hosts without it), in turn, run by run.
/// </summary>
internal sealed partial class MigrationBench(int runs)
{
    private const string Machine = "bench";
    private const string Ours = "bench-ours";
    private const string Plain = "bench-plain";

    /// <summary>Migrations of each that are shown and not counted: two labs that were just started still compile, cache and settle, and an agent runs for months.</summary>
    private const int WarmUp = 8;

    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var ours = await LabCluster.Up(new LabOptions { Name = Ours, Hosts = 3 }, progress, cancel);
            var plain = await LabCluster.Up(new LabOptions { Name = Plain, Hosts = 2, Product = false }, progress, cancel);
            using (var client = HoldfastClient.Unix(LabCluster.AgentSocket(Ours)))
            {
                await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = Machine, Start = true, Host = ours.Hosts[0].Name }, cancel), TimeSpan.FromMinutes(1), null, cancel);
            }

            var oursGuest = new GuestWatch(Ours, Machine);
            await oursGuest.BeginAsync(cancel);
            MakeFolders(plain.Hosts);
            await CopyAsync(ours.Hosts[0], plain.Hosts[0], cancel);
            var plainGuest = new GuestWatch(Plain, Machine);
            await plainGuest.BeginAsync(cancel);
            await MeasureAsync((ours.Hosts, oursGuest), (plain.Hosts, plainGuest), cancel);
        }
        finally
        {
            await LabCluster.Down(Plain, progress, CancellationToken.None);
            await LabCluster.Down(Ours, progress, CancellationToken.None);
        }
    }

    private async Task MeasureAsync((IReadOnlyList<LabHostStatus> Hosts, GuestWatch Guest) ours, (IReadOnlyList<LabHostStatus> Hosts, GuestWatch Guest) plain, CancellationToken cancel)
    {
        using var oursA = new EventWatch(ours.Hosts[0]);
        using var oursB = new EventWatch(ours.Hosts[1]);
        using var plainA = new EventWatch(plain.Hosts[0]);
        using var plainB = new EventWatch(plain.Hosts[1]);
        List<(double Total, double HandOver)> byHoldfast = [], byVirsh = [];
        for (var run = -WarmUp; run < runs; run++)
        {
            if (run == 0)
            {
                Console.WriteLine("the lab is warm; from here on it counts");
                byVirsh.Clear();
                byHoldfast.Clear();
            }

            await OneAsync("virsh", byVirsh, plain, [plainA, plainB], cancel, (from, to) => [
                "virsh", "-c", Command.Libvirt(from), "migrate", "--live", "--unsafe", Machine, Command.Libvirt(to), "--migrateuri", $"tcp://{to.Addresses["migration"]}"]);
            await OneAsync("holdfast", byHoldfast, ours, [oursA, oursB], cancel, (_, to) => [Program(), "vm", "migrate", Machine, to.Name, "--lab", Ours, "-o", "json"]);
        }

        Report(byHoldfast, byVirsh);
        Console.WriteLine($"of {runs + WarmUp} each: migrations that failed: holdfast {ours.Guest.Failed}, virsh {plain.Guest.Failed}; guests broken: holdfast {ours.Guest.Broken}, virsh {plain.Guest.Broken}");
    }

    private static async Task OneAsync(
        string name, List<(double Total, double HandOver)> results, (IReadOnlyList<LabHostStatus> Hosts, GuestWatch Guest) lab, EventWatch[] watches, CancellationToken cancel,
        Func<LabHostStatus, LabHostStatus, string[]> words)
    {
        var (from, to) = await lab.Guest.HostAsync(cancel) == lab.Hosts[0].Name ? (0, 1) : (1, 0);
        try
        {
            results.Add(await TimedAsync(name, watches, from, to, cancel, words(lab.Hosts[from], lab.Hosts[to])));
        }
        catch (BenchException failure)
        {
            lab.Guest.Failed++;
            Console.WriteLine($"{name,-9} failed: {failure.Message}");
        }

        if (await lab.Guest.LookAsync(lab.Hosts, cancel) is { } wrong)
        {
            Console.WriteLine($"{name,-9} broke its guest: {wrong}; it was reset");
        }
    }

    private static async Task<(double Total, double HandOver)> TimedAsync(string name, EventWatch[] watches, int from, int to, CancellationToken cancel, string[] words)
    {
        var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var since = Stopwatch.StartNew();
        var output = await Command.OutputAsync(cancel, words);
        var total = since.Elapsed.TotalMilliseconds;
        var active = await watches[from].TimeAsync("MIGRATION", "active", began, cancel);
        var completed = await watches[from].TimeAsync("MIGRATION", "completed", active, cancel);
        var resumed = await watches[to].TimeAsync("RESUME", "", completed - 0.05, cancel);
        var handOver = (resumed - completed) * 1000;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-9} total {total,8:0.0} ms   prepare {(active - began) * 1000,7:0.0}   copy {(completed - active) * 1000,7:0.0}   completed → RESUME {handOver,6:0.0}   rest {total - ((resumed - began) * 1000),6:0.0}{Steps(output)}"));
        return (total, handOver);
    }

    /// <summary>What Holdfast itself says of the time after the source's "completed", as the source's agent saw it.</summary>
    private static string Steps(string output)
    {
        if (!output.StartsWith('{') || JsonSerializer.Deserialize(output, ApiJson.Default.TaskReport)?.Result?.Migration is not { CompletedMs: { } zero } steps)
        {
            return "";
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"   (performed {steps.PerformedMs - zero:0}, looked {steps.LookedMs - zero:0}, target complete {steps.TargetCompleteMs - zero:0}, committed {steps.CommittedMs - zero:0})");
    }

    private static void Report(List<(double Total, double HandOver)> ours, List<(double Total, double HandOver)> plain)
    {
        Spread ourTotal = new(ours.Select(m => m.Total)), plainTotal = new(plain.Select(m => m.Total));
        Spread ourHandOver = new(ours.Select(m => m.HandOver)), plainHandOver = new(plain.Select(m => m.HandOver));
        Console.WriteLine();
        Console.WriteLine($"total                holdfast  {ourTotal.Text("ms")}");
        Console.WriteLine($"                     virsh     {plainTotal.Text("ms")}");
        Console.WriteLine($"completed → RESUME   holdfast  {ourHandOver.Text("ms")}");
        Console.WriteLine($"                     virsh     {plainHandOver.Text("ms")}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"total holdfast / virsh: {ourTotal.Median / plainTotal.Median:0.00} (goal ≤ 1.15); hand-over: {ourHandOver.Median - plainHandOver.Median:+0.0;-0.0} ms (goal ≤ +20 ms); medians"));
    }

    /// <summary>Where the machine's sockets are; on hosts with the product its agent makes them.</summary>
    private static void MakeFolders(IEnumerable<LabHostStatus> hosts)
    {
        foreach (var host in hosts)
        {
            Directory.CreateDirectory($"/proc/{host.Pid}/root/run/holdfast/console");
            Directory.CreateDirectory($"/proc/{host.Pid}/root/run/holdfast/qmp");
        }
    }

    /// <summary>Starts the very same machine without Holdfast: its folder copied to the other lab's store, its definition as libvirt has it.</summary>
    private async Task CopyAsync(LabHostStatus from, LabHostStatus to, CancellationToken cancel)
    {
        var xml = await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(from), "dumpxml", "--inactive", Machine);
        var folders = File().Matches(xml).Select(m => m.Groups[1].Value).Where(f => f.StartsWith("/holdfast/shared/", StringComparison.Ordinal)).Distinct().ToArray();
        foreach (var file in folders)
        {
            var (source, target) = ($"/proc/{from.Pid}/root{file}", $"/proc/{to.Pid}/root{file}");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await Command.OutputAsync(cancel, "cp", "--sparse=never", source, target);
        }

        // The disk was copied under a running guest; its counter would find a gap. A fresh zeroed one is what both began with.
        foreach (var disk in DiskFile().Matches(xml).Select(m => m.Groups[1].Value))
        {
            var target = $"/proc/{to.Pid}/root{disk}";
            var length = new FileInfo(target).Length;
            await Command.OutputAsync(cancel, "truncate", "-s", "0", target);
            await Command.OutputAsync(cancel, "truncate", "-s", length.ToString(CultureInfo.InvariantCulture), target);
        }

        var definition = Path.GetTempFileName();
        try
        {
            await System.IO.File.WriteAllTextAsync(definition, xml, cancel);
            await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(to), "create", definition);
        }
        finally
        {
            System.IO.File.Delete(definition);
        }
    }

    private static string Program() => Path.Combine(Environment.GetEnvironmentVariable("HOLDFAST_BIN") ?? throw new BenchException("HOLDFAST_BIN is not set; use bench/migrate."), "holdfast");

    [GeneratedRegex(@"(?:file='|<kernel>|<initrd>)([^'<]+)")]
    private static partial Regex File();

    [GeneratedRegex(@"<source file='([^']+)'")]
    private static partial Regex DiskFile();
}
