using System.Globalization;

namespace Holdfast.Bench.Cuts;

/// <summary>How one run ended.</summary>
/// <param name="Outcome">moved, kept or restarted; else what it was not.</param>
/// <param name="On">The host on which the machine runs in the end.</param>
/// <param name="Sure">From the cut until one copy ran and counted on the host that holds the lease, by that host's own reading of the table.</param>
/// <param name="Silence">The longest time between two counts of the guest.</param>
/// <param name="Wrong">What must not be; null: it ended right.</param>
/// <param name="Missed">There was nothing to cut any more, so that the run shows nothing.</param>
internal sealed record CutRow(Cut Cut, Instant Instant, string Outcome, string On, TimeSpan? Sure, TimeSpan Silence, string? Wrong, bool Missed = false)
{
    /// <summary>What was hit really, in brackets.</summary>
    public string Seen { get; init; } = "";

    public static CutRow Miss(Cut cut, Instant instant, string why) => new(cut, instant, $"not hit: {why}", "", null, default, null, Missed: true);

    /// <summary>
    /// Its guest's kernel panicked, because a page was lost while QEMU copied it (docs/design/migration.md: under TCG, and more often on a loaded machine). That says nothing of the hand-over, so the run
    /// is told, neither right nor wrong, and done again.
    /// </summary>
    public bool Broken { get; init; }

    /// <summary>It says whether Holdfast did right.</summary>
    public bool Counts => !Missed && !Broken;

    /// <summary>From the cut to the beginning of the longest silence; negative: it began before.</summary>
    public TimeSpan SilenceFrom { get; init; }

    public string[] Cells => [Cut.Name, Instant.Name + Seen, Outcome, On, Seconds(Sure), Missed ? "" : $"{Seconds(Silence)} (at {Seconds(SilenceFrom)})", Counts ? Wrong ?? "right" : ""];

    public static string Seconds(TimeSpan? span) => span is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s.TotalSeconds:0.0} s") : "";
}
