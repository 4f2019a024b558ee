using Holdfast.Api;
using Holdfast.Lab.Truth;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>What a drill cost one machine.</summary>
/// <param name="Stopped">It was seen without a copy that executes.</param>
/// <param name="Restarted">How often its guest booted anew.</param>
/// <param name="OutageSeconds">Time without a count, in silences of two seconds and longer: the guest counts every 50 ms, and a busy machine may be late with it.</param>
/// <param name="LongestSilenceSeconds">The longest time between two counts.</param>
/// <param name="RestartSeconds">From the fault to the start of its new QEMU process.</param>
/// <param name="BoundSeconds">What <c>vm show</c> promised of that before.</param>
/// <param name="RanTwice">Two copies executed, or one count came from two hosts, or the guest found foreign writes or gaps on its disk.</param>
/// <param name="Wrong">What was not as expected; null: all was.</param>
internal sealed record DrillMachine(
    string Name, Fate Expected, string From, string? To, bool Stopped, int Restarted, double OutageSeconds, double LongestSilenceSeconds,
    double? RestartSeconds, double? BoundSeconds, bool RanTwice, string? Wrong)
{
    public static DrillMachine Of(MachineWatch watch, Fate expected, (TimeSpan Longest, TimeSpan Outage) silence, DateTimeOffset fault, Bound? promise)
    {
        var last = watch.Last.Copies is [var copy] ? copy : null;
        var bound = expected switch { Fate.Restarted => promise?.WithDeviceSeconds, Fate.RestartedByTime => promise?.WithoutDeviceSeconds, _ => null };
        double? restart = watch.Restarted > 0 && last is not null ? Round(last.Started - fault) : null;
        var machine = new DrillMachine(
            watch.Before.Name, expected, watch.From, last?.Host, watch.Stopped, watch.Restarted, Round(silence.Outage), Round(silence.Longest), restart, bound, watch.RanTwice is not null, null);
        return machine with { Wrong = machine.Complaint(watch.RanTwice, sameProcess: last?.Pid == watch.Before.Copies[0].Pid) };
    }

    private string? Complaint(string? twice, bool sameProcess) =>
        twice is not null ? $"it ran twice: {twice}"
        : To is null ? "it does not run, or not once"
        : Restarted != (IsRestart ? 1 : 0) ? $"it was started anew {Restarted} times"
        : IsRestart ? Late()
        : Expected is Fate.Moved ? (To == From ? "it was not moved" : Silent())
        : !sameProcess ? "another process runs it"
        : Expected is Fate.Slowed ? null
        : Expected is Fate.Paused ? (Stopped ? null : "it was not stopped")
        : Silent();

    private bool IsRestart => Expected is Fate.StartedAnew or Fate.Restarted or Fate.RestartedByTime or Fate.Released;

    private string? Late() =>
        (To == From) != (Expected is Fate.StartedAnew) ? $"it was started on {To}"
        : RestartSeconds > BoundSeconds ? $"it was started after {RestartSeconds:0.0} s; {BoundSeconds:0.0} s were promised"
        : null;

    private string? Silent() => OutageSeconds > 0 ? $"its guest was silent for {OutageSeconds:0.0} s" : null;

    private static double Round(TimeSpan span) => Math.Round(span.TotalSeconds, 1);
}
