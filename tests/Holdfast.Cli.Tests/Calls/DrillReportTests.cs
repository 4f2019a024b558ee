using Holdfast.Cli.Commands.Drill;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Calls;

public sealed class DrillReportTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private readonly string folder = Directory.CreateTempSubdirectory("drills").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_last_run_of_a_drill_counts_and_one_that_was_never_run_is_unproven()
    {
        var records = new DrillRecords(folder);
        records.Add(Report("host-dead", Noon, wrong: "it was started on h1"));
        records.Add(Report("host-dead", Noon.AddMinutes(5), wrong: null));
        records.Add(Report("one-way-in", Noon, wrong: "its guest was silent for 3.0 s"));

        var proofs = DrillProof.Of(records.All());
        Assert.Equal(Drills.All.Count, proofs.Length);
        Assert.True(proofs.Single(p => p.Name == "host-dead") is { Runs: 2, Last: { Met: true } last } && last.At == Noon.AddMinutes(5));
        Assert.Equal("m wrong", proofs.Single(p => p.Name == "one-way-in").Worst?.Name);
        Assert.True(proofs.Single(p => p.Name == "link-flaps") is { Runs: 0, Last: null, Worst: null });
    }

    [Fact]
    public void A_report_that_cannot_be_read_is_named_and_never_passed_over()
    {
        var records = new DrillRecords(folder);
        records.Add(Report("host-dead", Noon, wrong: null));
        File.WriteAllText(Directory.GetFiles(folder).Single(), "{");
        Assert.Contains(folder, Assert.Throws<LabException>(records.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lab_that_is_not_there_has_no_reports_and_an_unknown_drill_is_named()
    {
        (await Call.RunAsync(["drill", "report", "--name", "nowhere"])).IsOneSentence(ExitCode.Usage, "nowhere", "holdfast lab up");
        (await Call.RunAsync(["drill", "report", "no-drill"])).IsOneSentence(ExitCode.Usage, "no-drill", "host-dead");
    }

    private static DrillReport Report(string drill, DateTimeOffset at, string? wrong) => new(
        at, drill, "title",
        [
            new("m", Fate.Unharmed, "h1", "h1", false, 0, 9, 9, null, null, false, null),
            new("m wrong", Fate.Unharmed, "h2", "h2", false, 0, 3, 3, null, null, false, wrong),
        ],
        [], [], 20, 2, null);
}
