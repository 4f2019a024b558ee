using Holdfast.Lab;

namespace Holdfast.Bench.Storage;

/// <summary>Something that happens to the storage under running machines.</summary>
/// <param name="Name">As in the table, without the host.</param>
/// <param name="Fault">What is done, when a host is to be struck.</param>
/// <param name="Length">How long it stays so before everything is healed.</param>
/// <param name="OneHost">Only the struck host's machines are touched.</param>
/// <param name="Restarts">The touched machines are started on other hosts; else none is started anew.</param>
internal sealed record StorageCut(string Name, Func<string, LabFault> Fault, TimeSpan Length, bool OneHost, bool Restarts)
{
    /// <summary>Shorter than the lease: nobody may take over; longer than the proof that it has run out: others do; and longer than every limit there is.</summary>
    private static readonly int[] Seconds = [3, 20, 120];

    /// <summary>Of the network "storage", at which 21 machines' writes and the hosts' renewals still pass, late.</summary>
    private const long SlowBits = 400_000;

    public static IReadOnlyList<StorageCut> All { get; } =
    [
        .. Seconds.Select(s => new StorageCut($"cable of one host, {s} s", host => new LabFault.Cut(host, "storage"), TimeSpan.FromSeconds(s), OneHost: true, Restarts: s > 3)),
        .. Seconds.Select(s => new StorageCut($"switch, {s} s", _ => new LabFault.Switch("storage", Up: false), TimeSpan.FromSeconds(s), OneHost: false, Restarts: false)),
        new("server killed, started again", _ => new LabFault.StopProcess("store", "server", Kill: true), TimeSpan.FromSeconds(5), OneHost: false, Restarts: false),
        new("server stands still, 20 s", _ => new LabFault.StopProcess("store", "server", Kill: false), TimeSpan.FromSeconds(20), OneHost: false, Restarts: false),
        new("server's cable slow, 60 s", _ => new LabFault.Rate("store", "storage", SlowBits), TimeSpan.FromSeconds(60), OneHost: false, Restarts: false),
    ];
}
