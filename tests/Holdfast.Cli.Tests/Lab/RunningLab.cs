using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;
using Holdfast.Cli.Commands.Demo;
using Holdfast.Cli.Tests.Calls;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>One lab of three hosts for all end-to-end tests; they call the built program as a user does and check from outside.</summary>
public sealed class RunningLab : IAsyncLifetime
{
    /// <summary>Another name lets two trees test on one machine at the same time.</summary>
    public static string Name { get; } = Environment.GetEnvironmentVariable("HOLDFAST_LAB_NAME") is { Length: > 0 } name ? name : "e2e";

    private static readonly string Program = FindProgram();

    /// <summary>The folder of the built product.</summary>
    public static string Programs => Path.GetDirectoryName(Program)!;

    /// <summary>Made once; each test begins with <see cref="FreshAsync"/>.</summary>
    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await LabCluster.Down(Name, Quiet, limit.Token);
        await LabCluster.Up(new LabOptions { Name = Name, BinDirectory = Programs }, Quiet, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        KeepLogs();
        await LabCluster.Down(Name, Quiet, CancellationToken.None);
    }

    /// <summary>Every fault healed, every host on and ready, no machine.</summary>
    internal async Task FreshAsync()
    {
        await LabCluster.Fault(Name, new LabFault.HealAll(), CancellationToken.None);
        foreach (var host in LabCluster.Status(Name).Hosts.Where(h => h.Power == "off"))
        {
            await LabCluster.Fault(Name, new LabFault.Start(host.Name), CancellationToken.None);
        }

        await UntilAsync("every host is up and ready", TimeSpan.FromSeconds(90), async () =>
        {
            var answers = await Task.WhenAll(LabCluster.Status(Name).Hosts.Select(h => CallAsync("status", "--local", "--host", h.Name, "-o", "json")));
            return answers.All(a => a.Exit is ExitCode.Done or ExitCode.Degraded && Parse(a, ApiJson.Default.ClusterStatus) is { Ready: true, Quorum: true } s
                && s.Hosts.Length == answers.Length && s.Hosts.All(h => h.State == HostState.Up)) ? null : string.Join("; ", answers.Select(a => a.Error + a.Out));
        });
        // Again until it is so: a host that an earlier test has hurt may be reset just now, and only a machine's own host can kill it.
        await UntilAsync("no machine is left", TimeSpan.FromSeconds(60), async () =>
        {
            var refusals = "";
            foreach (var machine in await MachinesAsync())
            {
                var killed = machine.State == MachineState.Stopped ? null : await CallAsync("vm", "kill", machine.Name);
                refusals += killed?.Error + (await CallAsync("vm", "delete", machine.Name, "--yes")).Error;
            }

            return await MachinesAsync() is [] ? null : refusals;
        });
    }

    /// <summary>One fault in the words of 'holdfast lab fault'; ends when it is in effect.</summary>
    internal static Task FaultAsync(string words) => LabCluster.Fault(Name, LabFault.Parse(words.Split(' ')), CancellationToken.None);

    /// <summary>Waits until a host names this culprit (a part of the phrase), or none.</summary>
    internal Task SaysAsync(string host, string? culprit) => UntilAsync($"{host} says that {culprit ?? "nothing"} is broken", TimeSpan.FromSeconds(40), async () =>
    {
        var report = Parse(await MustAsync("network", "show", "--host", host, "-o", "json"), ApiJson.Default.NetworkReport);
        return (culprit is null ? report.Culprits.Length == 0 : report.Culprits.Any(c => c.Contains(culprit, StringComparison.Ordinal))) ? null : string.Join("; ", report.Culprits);
    });

    internal async Task<Call> CallAsync(params string[] words)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var word in (string[])[.. words, "--lab", Name])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(150));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new Call(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"'holdfast {string.Join(' ', words)}' has not ended within 150 s.");
        }
    }

    internal async Task<Call> MustAsync(params string[] words)
    {
        var call = await CallAsync(words);
        Assert.True(call.Exit == ExitCode.Done, $"'holdfast {string.Join(' ', words)}' ended with {call.Exit}: {call.Error}{call.Out}");
        return call;
    }

    internal async Task<MachineSummary[]> MachinesAsync() => Parse(await MustAsync("vm", "list", "-o", "json"), ApiJson.Default.MachineSummaryArray);

    internal async Task<MachineDetail> MachineAsync(string name) => Parse(await MustAsync("vm", "show", name, "-o", "json"), ApiJson.Default.MachineDetail);

    /// <summary>What a host's own agent has told of a machine.</summary>
    internal async Task<string[]> EventsAsync(string host, string kind, string machine) =>
    [
        .. (await MustAsync("events", "--local", "--host", host, "-o", "json")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize(line, ApiJson.Default.ClusterEvent)!).Where(e => e.Kind == kind && e.Machine == machine).Select(e => e.Text),
    ];

    /// <summary>Runs a shell script inside a host; it must succeed.</summary>
    internal static async Task InsideAsync(string host, string script) =>
        Assert.Equal(0, await LabCluster.Exec(Name, host, ["sh", "-ec", script], TestContext.Current.CancellationToken));

    /// <summary>Creates a machine on a host and waits until its guest counts there.</summary>
    internal async Task<TruthMachine> CreateAsync(string name, string host, params string[] more)
    {
        await MustAsync(["vm", "create", name, "--memory", "192MiB", "--disk", "64MiB", "--start", "--wait", "--on", host, .. more]);
        return await SeenAsync(name, $"counts on {host}", m => Executes(m, host) && m.Counter >= 3);
    }

    internal async Task<TruthMachine> TruthAsync(string name) =>
        Assert.Single((await LabCluster.Truth(Name, CancellationToken.None)).Machines, m => m.Name == name);

    /// <summary>Waits for what is seen from outside; fails with what was seen last.</summary>
    internal async Task<TruthMachine> SeenAsync(string name, string what, Func<TruthMachine, bool> good, double seconds = 60)
    {
        TruthMachine? seen = null;
        await UntilAsync($"{name} {what}", TimeSpan.FromSeconds(seconds), async () =>
        {
            seen = (await LabCluster.Truth(Name, CancellationToken.None)).Machines.FirstOrDefault(m => m.Name == name);
            return seen is not null && good(seen) ? null : seen is null ? "nothing of it" : JsonSerializer.Serialize(new TruthReport([seen]), LabJson.Default.TruthReport);
        });
        return seen!;
    }

    /// <summary>Polls until the check returns null; its last word is in the failure.</summary>
    internal static async Task UntilAsync(string what, TimeSpan limit, Func<Task<string?>> check)
    {
        var since = Stopwatch.StartNew();
        for (var not = await check(); not is not null; not = await check())
        {
            Assert.True(since.Elapsed < limit, $"After {limit.TotalSeconds:0} s it is not so that {what}; seen last: {not}");
            await Task.Delay(100);
        }
    }

    internal static bool Executes(TruthMachine machine, string host) => machine.Copies.Any(c => c.Host == host && c.Executing);

    /// <summary>The guest has booted since, and has found its count: between a guest's first word and its count, a truth report has neither boot nor counter.</summary>
    internal static bool BootedSince(TruthMachine before, TruthMachine now) => now.BootId is { } boot && boot != before.BootId;

    internal static T Parse<T>(Call call, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(call.Out, type)!;

    /// <summary>What the hosts said outlives the lab where ./test asks for it: a failure must be understood from its output.</summary>
    private static void KeepLogs()
    {
        if (Environment.GetEnvironmentVariable("HOLDFAST_LAB_LOGS") is not { Length: > 0 } folder)
        {
            return;
        }

        foreach (var file in LabLogs.Files(Name))
        {
            var host = file.Split("/hosts/")[1].Split('/')[0];
            var kept = Directory.CreateDirectory(Path.Combine(folder, Name, host)).FullName;
            File.Copy(file, Path.Combine(kept, Path.ChangeExtension(Path.GetFileName(file), ".log")), overwrite: true);
        }
    }

    private static IProgress<string> Quiet { get; } = new Progress<string>();

    private static string FindProgram()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
            {
                return Path.Combine(folder.FullName, "artifacts/product/bin/holdfast");
            }
        }

        throw new InvalidOperationException("The end-to-end tests run from the repository's artifacts folder; build them there.");
    }
}
