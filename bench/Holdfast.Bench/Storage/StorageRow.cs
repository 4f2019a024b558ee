using System.Globalization;
using Holdfast.Lab.Truth;

namespace Holdfast.Bench.Storage;

/// <summary>What one cut cost the machines.</summary>
/// <param name="Struck">The host, or null: all of them.</param>
/// <param name="Touched">Machines on what was struck.</param>
/// <param name="Restarted">Machines whose guest booted anew.</param>
/// <param name="IoErrors">Reads and writes that failed in a guest.</param>
/// <param name="Silence">The longest time without a count, of the touched machines and of the others.</param>
/// <param name="AllAfter">From the healing until every machine counted; null: not all did within the limit.</param>
/// <param name="Wrong">What must not be; null: it ended right.</param>
internal sealed record StorageRow(StorageCut Cut, string? Struck, int Touched, int Restarted, long IoErrors, (TimeSpan Touched, TimeSpan Others) Silence, TimeSpan? AllAfter, string? Wrong)
{
    public static string[] Heads { get; } = ["STORAGE", "ON", "TOUCHED", "RESTARTED", "GUEST I/O ERRORS", "LONGEST SILENCE", "OF THE OTHERS", "ALL COUNT AFTER HEALING", "RIGHT"];

    public string[] Cells =>
    [
        Cut.Name, Struck ?? "all hosts", Number(Touched), Number(Restarted), Number(IoErrors), Seconds(Silence.Touched), Cut.OneHost ? Seconds(Silence.Others) : "-", AllAfter is { } after ? Seconds(after) : "never", Wrong ?? "right",
    ];

    public static StorageRow Of(StorageCut cut, string? struck, LabWatch watch, TimeSpan? allAfter)
    {
        var touched = watch.Machines.Where(m => struck is null || m.From == struck).ToList();
        var others = watch.Machines.Except(touched).ToList();
        return new(
            cut, struck, touched.Count, watch.Machines.Count(m => m.Restarted > 0), watch.Machines.Sum(IoErrorsOf), (Longest(watch, touched), Longest(watch, others)), allAfter,
            watch.Machines.Select(m => Complaint(m, cut, touched.Contains(m))).FirstOrDefault(c => c is not null) ?? (allAfter is null ? "not every machine counts" : null));
    }

    private static string? Complaint(MachineWatch machine, StorageCut cut, bool touched)
    {
        var restarts = touched && cut.Restarts ? 1 : 0;
        return machine.RanTwice is { } twice ? $"{machine.Before.Name} ran twice: {twice}"
            : IoErrorsOf(machine) > 0 ? $"{machine.Before.Name}'s guest was told of I/O errors"
            : machine.Restarted != restarts ? $"{machine.Before.Name} was started anew {machine.Restarted} times instead of {restarts}"
            : machine.Last.Copies is not [{ Executing: true } copy] ? $"{machine.Before.Name} does not run, or not once"
            : (copy.Host == machine.From) == (restarts > 0) ? $"{machine.Before.Name} runs on {copy.Host}"
            : null;
    }

    private static long IoErrorsOf(MachineWatch machine) => machine.Last.IoErrors - machine.Before.IoErrors;

    private static TimeSpan Longest(LabWatch watch, IEnumerable<MachineWatch> machines) => machines.Select(m => watch.Silence(m).Longest).DefaultIfEmpty().Max();

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");
}
