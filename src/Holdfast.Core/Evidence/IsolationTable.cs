using System.Collections.Immutable;

namespace Holdfast.Core.Evidence;

/// <summary>How this host stands with its datastores.</summary>
public enum StorageState
{
    Ok,

    /// <summary>Slow, read-only, full or not readable: renewals or reads fail, and the right has not expired yet.</summary>
    Slow,

    /// <summary>The right on a datastore has expired.</summary>
    Lost,
}

/// <summary>The columns of the isolation table, for one host at one moment. "Others" is always <em>provably, now</em>: unknown is no.</summary>
/// <param name="Apart">Joining, leaving or disarmed.</param>
/// <param name="Verdict">The column "cluster".</param>
/// <param name="OthersRenew">At least one other host renews.</param>
/// <param name="Quorum">This host's etcd has a quorum.</param>
/// <param name="OthersHaveQuorum">Some other host does not say that its etcd has none.</param>
/// <param name="GuestLost">The column "guest": this host's machines are cut off from their network.</param>
/// <param name="OthersHaveGuest">Another host that is reached (for row 6: that reaches another) has the guest network.</param>
/// <param name="CanMigrate">A migration network works to at least one other host.</param>
/// <param name="MigrationWhole">A migration network works to every living host that is reached.</param>
public sealed record Situation(
    bool Apart, Verdict Verdict, StorageState Storage, bool OthersRenew, bool Quorum, bool OthersHaveQuorum, bool GuestLost, bool OthersHaveGuest, bool CanMigrate, bool MigrationWhole);

/// <summary>One row of the isolation table.</summary>
/// <param name="Number">As in DESIGN §5 and docs/design/isolation-table.md.</param>
/// <param name="When">The situation in a few words.</param>
/// <param name="Does">What this host does.</param>
/// <param name="TakesMachines">It claims machines that nobody owns and those of the dead, and may be given some.</param>
/// <param name="Fences">It may fence: it has shown that it is not itself the one that is cut off.</param>
/// <param name="MigratesAway">Its machines move to hosts that are better off, a few at a time.</param>
/// <param name="GivesOver">Its frozen machines are ended after a time and given to hosts that have the storage.</param>
/// <param name="Releases">Its machines are shut down and freed for hosts where they are reached, unless their policy keeps them.</param>
public sealed record IsolationRow(
    int Number, string When, string Does, bool TakesMachines = true, bool Fences = true, bool MigratesAway = false, bool GivesOver = false, bool Releases = false);

/// <summary>The isolation table of DESIGN §5: which row holds, and what this host then does. The first matching row holds.</summary>
public static class IsolationTable
{
    public static readonly ImmutableArray<IsolationRow> Rows =
    [
        new(1, "joining, leaving or disarmed", "keeps what runs, takes nothing, gives nothing away", TakesMachines: false, Fences: false),
        new(2, "the storage is slow, read-only or full", "takes no machines until it is good again; it is no loss until the right expires", TakesMachines: false),
        new(3, "cluster and storage lost", "freezes at expiry; thaws by a commit when the storage is back, and kills what was taken", TakesMachines: false, Fences: false),
        new(4, "storage lost, and nobody provably has it", "freezes at expiry and waits; thaws when it is back; kills and restarts nothing", TakesMachines: false, Fences: false),
        new(5, "storage lost, and others have it", "freezes at expiry; ends what another host has room for after storage-loss-limit, and gives it over once it is gone", TakesMachines: false, Fences: false, GivesOver: true),
        new(6, "isolated, and without the guest network that others have", "shuts its machines down and frees them for hosts where they are reached, or keeps them by their policy; takes and fences nothing, says so in its slot", TakesMachines: false, Fences: false, Releases: true),
        new(7, "isolated", "keeps its machines, takes and fences nothing, says so in its slot; the others leave them alone", TakesMachines: false, Fences: false),
        new(8, "the network or etcd's quorum is dead for all", "keeps everything, fences nobody that shows itself; machines of the dead are taken through the lease table alone"),
        new(9, "part of the hosts is reached", "works on with most of the hosts or the quorum on its side; else keeps its machines, and takes and fences nothing while others have a quorum"),
        new(10, "the guest network is lost here, others have it", "live-migrates its machines to hosts that have it, a few at a time", TakesMachines: false, MigratesAway: true),
        new(11, "the guest network is lost, and nobody provably has it or no migration is possible", "keeps its machines and raises an alarm"),
        new(12, "no migration network to some host", "migrates nothing there; everything else goes on"),
        new(13, "normal", "works as usual"),
    ];

    public static IsolationRow Of(Situation s)
    {
        var row = Rows[Number(s) - 1];
        var acts = s.Verdict == Verdict.PartitionMajority || s.Quorum || !s.OthersHaveQuorum;
        return row.Number == 9 ? row with { TakesMachines = acts, Fences = acts } : row;
    }

    private static int Number(Situation s)
    {
        // Lost is what is proven to be lost: with an unknown verdict nobody was seen at all, which may be everybody else's end.
        var lost = s.Verdict is Verdict.Isolated or Verdict.NetworkDead;
        return s switch
        {
            { Apart: true } => 1,
            { Storage: StorageState.Slow } => 2,
            { Storage: StorageState.Lost } when lost => 3,
            { Storage: StorageState.Lost, OthersRenew: false } => 4,
            { Storage: StorageState.Lost } => 5,
            { Verdict: Verdict.Isolated, GuestLost: true, OthersHaveGuest: true } => 6,
            { Verdict: Verdict.Isolated, OthersHaveQuorum: true } => 7,
            { Verdict: Verdict.PartitionMinority or Verdict.PartitionMajority } => 9,
            _ when lost || s is { Quorum: false, OthersHaveQuorum: false } => 8,
            { GuestLost: true, OthersHaveGuest: true, CanMigrate: true } => 10,
            { GuestLost: true } => 11,
            { MigrationWhole: false } => 12,
            _ => 13,
        };
    }
}
