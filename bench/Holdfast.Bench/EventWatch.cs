using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Lab;

namespace Holdfast.Bench;

internal readonly record struct QmpEvent(double Seconds, string Name, string Text);

/// <summary>
/// Every QMP event of one host's QEMUs with QEMU's own time stamp, through <c>virsh qemu-monitor-event</c>: the same observer
/// for both kinds of migration, and one clock, because all hosts of a lab are on one machine.
/// </summary>
internal sealed partial class EventWatch(LabHostStatus host) : OutputWatch<QmpEvent>("virsh", "-c", Command.Libvirt(host), "qemu-monitor-event", "--loop")
{
    /// <summary>Time of the first event of that kind after a moment (seconds since 1970).</summary>
    public Task<double> TimeAsync(string name, string part, double after, CancellationToken cancel) => UntilAsync<double>(
        events => events.FirstOrDefault(e => e.Seconds > after && e.Name == name && e.Text.Contains(part, StringComparison.Ordinal)) is { Name: not null } hit ? hit.Seconds : null,
        $"QEMU's event {name} {part} was not seen within 20 s after the migration.", cancel);

    /// <summary>An event of that kind has been seen after a moment (seconds since 1970).</summary>
    public bool Has(string name, double after) => Look(events => events.Any(e => e.Seconds > after && e.Name == name));

    protected override QmpEvent? Parse(string line) => Line().Match(line) is { Success: true } match
        ? new(double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), match.Groups[1].Value, match.Groups[3].Value)
        : null;

    [GeneratedRegex(@"^event (\w+) at (\d+\.\d+) for domain '?[^']*'?: (.*)$")]
    private static partial Regex Line();
}
