using System.Diagnostics;
using System.Runtime.CompilerServices;
using Holdfast.Lab.Linux;
using Holdfast.Lab.Supervision;

namespace Holdfast.Lab.Tests;

/// <summary>Two bare hosts (libvirt and the store, no product), made once for all tests that need real namespaces.</summary>
public sealed class RunningLab : IAsyncLifetime, IProgress<string>
{
    /// <summary>HOLDFAST_LAB_NAME keeps two runs on one machine apart.</summary>
    internal static string Name { get; } = Environment.GetEnvironmentVariable("HOLDFAST_LAB_NAME") is { Length: > 0 } name ? name : "labtest";

    internal static readonly LabOptions Options = new() { Name = Name, Hosts = 2, Product = false };

    internal LabState State => LabState.Load(Name);

    internal TimeSpan UpTook { get; private set; }

    public static string? Missing() => Native.EffectiveUser() != 0 ? "needs root" : !File.Exists("/usr/sbin/libvirtd") ? "needs what eng/prepare installs" : null;

    public async ValueTask InitializeAsync()
    {
        if (Missing() is not null)
        {
            return;
        }

        ServeInProcess();
        var since = Stopwatch.StartNew();
        await LabCluster.Up(Options, this, TestContext.Current.CancellationToken);
        UpTook = since.Elapsed;
    }

    public async ValueTask DisposeAsync() => await LabCluster.Down(Name, this, CancellationToken.None);

    public void Report(string value) => TestContext.Current.SendDiagnosticMessage(value);

    internal static Task Fault(params string[] words) => LabCluster.Fault(Name, LabFault.Parse(words), TestContext.Current.CancellationToken);

    internal async Task<string> Run(string host, params string[] command) =>
        await Shell.Must(LabCluster.Inside(State, host, command), limit: TimeSpan.FromSeconds(40));

    internal async Task<bool> Succeeds(string host, params string[] command) =>
        (await Shell.Run(LabCluster.Inside(State, host, command), limit: TimeSpan.FromSeconds(40))).ExitCode == 0;

    internal static async Task Eventually(string what, Func<Task<bool>> condition, int seconds = 20)
    {
        for (var since = Stopwatch.StartNew(); !await condition(); await Task.Delay(20))
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(seconds), $"not within {seconds} s: {what}");
        }
    }

    internal static Task<TruthReport> Truth() => LabCluster.Truth(Name, TestContext.Current.CancellationToken);

    private static void ServeInProcess() => SupervisorProcess.InProcess = lab =>
    {
        var supervisor = new LabSupervisor(lab);
        _ = Task.Run(async () =>
        {
            await supervisor.Run(CancellationToken.None);
            await supervisor.DisposeAsync();
        });
        return Task.CompletedTask;
    };
}

/// <summary>A test that makes namespaces: it runs where it can, and says why where it cannot.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line)
    {
        Skip = RunningLab.Missing();
    }
}
