using Holdfast.Core.Evidence;

namespace Holdfast.Core.Tests.Evidence;

public sealed class IsolationTableTests
{
    private static readonly Situation Good = new(
        Apart: false, Verdict.Connected, StorageState.Ok, OthersRenew: true, Quorum: true, OthersHaveQuorum: true, GuestLost: false, OthersHaveGuest: true, CanMigrate: true, MigrationWhole: true);

    public static TheoryData<int, string, Situation> Cases => new()
    {
        { 1, "disarmed, whatever else", Good with { Apart = true, Verdict = Verdict.Isolated, Storage = StorageState.Lost, GuestLost = true } },
        { 2, "slow storage", Good with { Storage = StorageState.Slow } },
        { 2, "slow storage comes before every network", Good with { Storage = StorageState.Slow, Verdict = Verdict.Isolated, GuestLost = true } },
        { 3, "isolated without storage", Good with { Verdict = Verdict.Isolated, Storage = StorageState.Lost } },
        { 3, "the network dead and no storage", Good with { Verdict = Verdict.NetworkDead, Storage = StorageState.Lost, GuestLost = true } },
        { 4, "nobody has the storage", Good with { Storage = StorageState.Lost, OthersRenew = false } },
        { 4, "nothing is known of anybody, and no storage", Good with { Verdict = Verdict.Unknown, Storage = StorageState.Lost, OthersRenew = false } },
        { 5, "others have the storage", Good with { Storage = StorageState.Lost } },
        { 5, "others have the storage, and the guest network is gone too", Good with { Storage = StorageState.Lost, GuestLost = true } },
        { 6, "isolated without guest network", Good with { Verdict = Verdict.Isolated, GuestLost = true } },
        { 7, "isolated", Good with { Verdict = Verdict.Isolated } },
        { 7, "isolated without guest network that nobody provably has", Good with { Verdict = Verdict.Isolated, GuestLost = true, OthersHaveGuest = false } },
        { 8, "isolated, and nobody has a quorum", Good with { Verdict = Verdict.Isolated, Quorum = false, OthersHaveQuorum = false } },
        { 8, "the network dead for all", Good with { Verdict = Verdict.NetworkDead } },
        { 8, "etcd's quorum gone for all", Good with { Quorum = false, OthersHaveQuorum = false } },
        { 9, "on the larger side", Good with { Verdict = Verdict.PartitionMajority } },
        { 9, "on the smaller side", Good with { Verdict = Verdict.PartitionMinority, Quorum = false } },
        { 10, "the guest network lost here", Good with { GuestLost = true } },
        { 11, "the guest network lost for all", Good with { GuestLost = true, OthersHaveGuest = false } },
        { 11, "the guest network lost here, and no migration", Good with { GuestLost = true, CanMigrate = false, MigrationWhole = false } },
        { 12, "no migration to one host", Good with { MigrationWhole = false } },
        { 13, "normal", Good },
        { 13, "this host's etcd client alone has no quorum", Good with { Quorum = false } },
        { 13, "nobody was seen, which proves no loss", Good with { Verdict = Verdict.Unknown, OthersRenew = false, OthersHaveGuest = false, CanMigrate = false } },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_first_matching_row_holds(int row, string what, Situation situation)
    {
        Assert.True(IsolationTable.Of(situation).Number == row, $"{what}: row {IsolationTable.Of(situation).Number}, not {row}");
    }

    [Fact]
    public void Every_situation_has_a_row_and_only_row_10_moves_machines_away()
    {
        bool[] both = [false, true];
        var all = from verdict in Enum.GetValues<Verdict>() from storage in Enum.GetValues<StorageState>() from bits in Enumerable.Range(0, 256)
                  select new Situation((bits & 1) != 0, verdict, storage, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0, (bits & 32) != 0, (bits & 64) != 0, (bits & 128) != 0);
        var seen = new SortedSet<int>();
        foreach (var situation in all)
        {
            var row = IsolationTable.Of(situation);
            seen.Add(row.Number);
            Assert.Equal(row.Number == 10, row.MigratesAway);

            // Unknown is not dead: without a proven loss nothing is done that a disturbance elsewhere could cause.
            Assert.False(row.Number is 3 or 6 or 7 && situation.Verdict == Verdict.Unknown, $"{situation}");
            Assert.False(row.TakesMachines && situation is { Verdict: Verdict.Isolated, OthersHaveQuorum: true }, $"{situation}");
            Assert.False(row.Fences && situation is { Verdict: Verdict.Isolated, OthersHaveQuorum: true, Storage: not StorageState.Slow }, $"{situation}");
            Assert.False(row.MigratesAway && !situation.CanMigrate, $"{situation}");
        }

        Assert.Equal(Enumerable.Range(1, 13), seen);
    }

    [Fact]
    public void The_smaller_part_takes_nothing_while_others_have_a_quorum()
    {
        var minority = Good with { Verdict = Verdict.PartitionMinority, Quorum = false };
        Assert.False(IsolationTable.Of(minority).TakesMachines || IsolationTable.Of(minority).Fences);
        Assert.True(IsolationTable.Of(minority with { Quorum = true }).TakesMachines);
        Assert.True(IsolationTable.Of(minority with { OthersHaveQuorum = false }).TakesMachines);
        Assert.True(IsolationTable.Of(minority with { Verdict = Verdict.PartitionMajority }).TakesMachines);
    }

    [Fact]
    public void The_page_says_what_the_code_says()
    {
        var top = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(top!.FullName, "Holdfast.slnx")))
        {
            top = top.Parent;
        }

        var page = File.ReadAllText(Path.Combine(top.FullName, "docs/design/isolation-table.md"));
        Assert.All(IsolationTable.Rows, row => Assert.Contains($"| {row.Number} | {row.When} | {row.Does} |", page, StringComparison.Ordinal));
    }
}
