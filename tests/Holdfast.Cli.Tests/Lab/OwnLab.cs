using System.Text.Json;
using Holdfast.Cli.Commands.Drill;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>A lab of one test that needs other hardware than <see cref="RunningLab"/> has; it lives beside that one and is gone with the test.</summary>
internal sealed class OwnLab : IAsyncDisposable
{
    private static readonly IProgress<string> Quiet = new Progress<string>();

    private OwnLab(string name) => Drills = new(name);

    public DrillLab Drills { get; }

    /// <param name="kind">Last part of its name.</param>
    public static async Task<OwnLab> UpAsync(string kind, LabOptions options)
    {
        var name = $"{RunningLab.Name}-{kind}";
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await LabCluster.Down(name, Quiet, limit.Token);
        await LabCluster.Up(options with { Name = name, BinDirectory = RunningLab.Programs }, Quiet, limit.Token);
        return new(name);
    }

    public async Task<DrillReport> DrillAsync(string drill)
    {
        var report = await new DrillRun(Drills, Commands.Drill.Drills.Find(drill)!, Quiet).RunAsync(TestContext.Current.CancellationToken);
        Assert.True(report.Met, JsonSerializer.Serialize(report, DrillJson.Default.DrillReport));
        return report;
    }

    /// <summary>What the hosts have told of this kind.</summary>
    public async Task<string[]> ToldAsync(string kind)
    {
        using var client = Drills.Any();
        return await client.EventsAsync(0, follow: false, TestContext.Current.CancellationToken).Where(e => e.Kind == kind).Select(e => e.Text).ToArrayAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await LabCluster.Down(Drills.Name, Quiet, CancellationToken.None);
}
