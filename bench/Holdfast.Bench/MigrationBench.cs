using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>
/// Live migration by Holdfast beside plain <c>virsh migrate --live</c>, both encrypted (the latter with <c>--unsafe</c>: libvirt does not know this store as a shared one): the same guest with the same definition, in two labs of two hosts
/// side by side (Holdfast's guard freezes what has no lease, so a plain domain needs hosts without it), in turn, run by run.
/// </summary>
internal sealed class MigrationBench(int runs)
{
    /// <summary>Milliseconds of one migration.</summary>
    /// <param name="Unreached">Without an answer to a third host's pings.</param>
    private sealed record Timed(double Total, double HandOver, double Pause, double Unreached);

    /// <summary>One of the two labs, and who watches it.</summary>
    private sealed record Side(IReadOnlyList<LabHostStatus> Hosts, GuestWatch Guest, EventWatch[] Events, PingWatch Pings) : IDisposable
    {
        public static Side Watch(IReadOnlyList<LabHostStatus> hosts, GuestWatch guest, string mac) => new(hosts, guest, [.. hosts.Take(2).Select(h => new EventWatch(h))], new(hosts[2], mac));

        public void Dispose()
        {
            Pings.Dispose();
            foreach (var watch in Events)
            {
                watch.Dispose();
            }
        }
    }

    private const string Machine = "bench";
    private const string Ours = "bench-ours";
    private const string Plain = "bench-plain";

    /// <summary>As with KVM: with TCG the agents would plan for 300, because QEMU before 9.0 breaks guests by short pauses (docs/adr/0016).</summary>
    private const int FirstPauseMs = 30;

    /// <summary>Migrations of each that are shown and not counted: two labs that were just started still compile, cache and settle, and an agent runs for months.</summary>
    private const int WarmUp = 8;

    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            var ours = await LabCluster.Up(new LabOptions { Name = Ours, Hosts = 3, MigrationFirstPauseMs = FirstPauseMs }, progress, cancel);
            var plain = await LabCluster.Up(new LabOptions { Name = Plain, Hosts = 3, Product = false }, progress, cancel);
            using (var client = HoldfastClient.Unix(LabCluster.AgentSocket(Ours)))
            {
                await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = Machine, Start = true, Host = ours.Hosts[0].Name }, cancel), TimeSpan.FromMinutes(1), null, cancel);
            }

            var oursGuest = new GuestWatch(Ours, Machine);
            await oursGuest.BeginAsync(cancel);
            PlainMachine.MakeFolders(plain.Hosts);
            await (await PlainMachine.CopyAsync(Machine, ours.Hosts[0], plain.Hosts[0], cancel)).StartAsync(plain.Hosts[0], cancel);
            var plainGuest = new GuestWatch(Plain, Machine);
            await plainGuest.BeginAsync(cancel);
            var mac = await MacAsync(cancel);
            using var oursSide = Side.Watch(ours.Hosts, oursGuest, mac);
            using var plainSide = Side.Watch(plain.Hosts, plainGuest, mac);
            await MeasureAsync(oursSide, plainSide, cancel);
        }
        finally
        {
            await LabCluster.Down(Plain, progress, CancellationToken.None);
            await LabCluster.Down(Ours, progress, CancellationToken.None);
        }
    }

    private static async Task<string> MacAsync(CancellationToken cancel)
    {
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(Ours));
        return (await client.MachineAsync(Machine, cancel)).Mac ?? throw new BenchException("'vm show' names no MAC address.");
    }

    private async Task MeasureAsync(Side ours, Side plain, CancellationToken cancel)
    {
        List<Timed> byHoldfast = [], byVirsh = [];
        for (var run = -WarmUp; run < runs; run++)
        {
            if (run == 0)
            {
                Console.WriteLine("the lab is warm; from here on it counts");
                byVirsh.Clear();
                byHoldfast.Clear();
            }

            await OneAsync("virsh", byVirsh, plain, cancel, (from, to) => [
                "virsh", "-c", Command.Libvirt(from), "migrate", "--live", "--tls", "--unsafe", Machine, Command.Libvirt(to), "--migrateuri", $"tcp://{to.Addresses["migration"]}"]);
            await OneAsync("holdfast", byHoldfast, ours, cancel, (_, to) => [Program(), "vm", "migrate", Machine, to.Name, "--lab", Ours, "-o", "json"]);
        }

        Report(byHoldfast, byVirsh);
        Console.WriteLine($"of {runs + WarmUp} each: migrations that failed: holdfast {ours.Guest.Failed}, virsh {plain.Guest.Failed}; guests broken: holdfast {ours.Guest.Broken}, virsh {plain.Guest.Broken}");
    }

    private static async Task OneAsync(
        string name, List<Timed> results, Side lab, CancellationToken cancel, Func<LabHostStatus, LabHostStatus, string[]> words)
    {
        var (from, to) = await lab.Guest.HostAsync(cancel) == lab.Hosts[0].Name ? (0, 1) : (1, 0);
        try
        {
            results.Add(await TimedAsync(name, lab, from, to, cancel, words(lab.Hosts[from], lab.Hosts[to])));
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

    private static async Task<Timed> TimedAsync(string name, Side lab, int from, int to, CancellationToken cancel, string[] words)
    {
        var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var since = Stopwatch.StartNew();
        var output = await Command.OutputAsync(cancel, words);
        var total = since.Elapsed.TotalMilliseconds;
        var active = await lab.Events[from].TimeAsync("MIGRATION", "active", began, cancel);
        var completed = await lab.Events[from].TimeAsync("MIGRATION", "completed", active, cancel);
        var resumed = await lab.Events[to].TimeAsync("RESUME", "", completed - 0.05, cancel);
        var stopped = await lab.Events[from].TimeAsync("STOP", "", active, cancel);
        var (handOver, pause) = ((resumed - completed) * 1000, (resumed - stopped) * 1000);
        var unreached = await lab.Pings.GapAsync(stopped, resumed, cancel);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-9} total {total,8:0.0} ms   prepare {(active - began) * 1000,7:0.0}   copy {(completed - active) * 1000,7:0.0}   pause {pause,6:0.0}   completed → RESUME {handOver,6:0.0}   unreached {unreached,6:0.0}   rest {total - ((resumed - began) * 1000),6:0.0}{Steps(output)}"));
        return new(total, handOver, pause, unreached);
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

    private static void Report(List<Timed> ours, List<Timed> plain)
    {
        Spread Of(List<Timed> all, Func<Timed, double> value) => new(all.Select(value));
        Console.WriteLine();
        foreach (var (what, value) in (ReadOnlySpan<(string, Func<Timed, double>)>)[("total", m => m.Total), ("pause", m => m.Pause), ("not reached from h3", m => m.Unreached), ("completed → RESUME", m => m.HandOver)])
        {
            Console.WriteLine($"{what,-20} holdfast  {Of(ours, value).Text("ms")}");
            Console.WriteLine($"{"",-20} virsh     {Of(plain, value).Text("ms")}");
        }

        double Ratio(Func<Timed, double> value) => Of(ours, value).Median / Of(plain, value).Median;
        var more = Of(ours, m => m.HandOver).Median - Of(plain, m => m.HandOver).Median;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"holdfast / virsh: total {Ratio(m => m.Total):0.00} (goal ≤ 1.10), pause {Ratio(m => m.Pause):0.00} (goal < 1), not reached from a third host {Ratio(m => m.Unreached):0.00}; hand-over {more:+0.0;-0.0} ms (goal ≤ +12 ms); medians"));
    }

    private static string Program() => Path.Combine(Environment.GetEnvironmentVariable("HOLDFAST_BIN") ?? throw new BenchException("HOLDFAST_BIN is not set; use bench/migrate."), "holdfast");
}
