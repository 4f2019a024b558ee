using System.Collections.Immutable;
using CsCheck;
using Holdfast.Core.Model;
using Holdfast.Core.Storage;

namespace Holdfast.Core.Tests.Storage;

public sealed class DiskChainTests
{
    private static readonly MachineDefinition Machine = new(
        Guid.NewGuid(), "web", "shared", 192, 1, 100, "52:54:00:00:00:01", [new DiskDefinition("disk0.raw", 64 << 20), new DiskDefinition("seed.iso", 1 << 20) { ReadOnly = true }]);

    private static readonly DiskChain Fresh = DiskChain.Of(Machine);

    [Fact]
    public void A_machine_without_snapshots_writes_to_its_disks_as_they_were_made_and_its_seed_is_none_of_them()
    {
        Assert.Equal([new ActiveFile("disk0.raw", "disk0.raw", "raw")], Fresh.Active);
        Assert.Equal(1, Fresh.Depth);
    }

    [Fact]
    public void A_snapshot_is_the_files_until_now_and_an_empty_file_lies_on_each()
    {
        var chain = Taken(Fresh, "one", "aa");
        Assert.Equal("disk0.aa.qcow2", Assert.Single(chain.Active).File);
        Assert.Equal(("disk0.raw", 7L), (chain.Layer("disk0.aa.qcow2").Backing!, chain.Layer("disk0.raw").Seal!.Bytes));
        Assert.Equal(("one", 2, null), (chain.Current, chain.Depth, chain.Open));
        Assert.Equal([new SnapshotFile("disk0.raw", "disk0.raw")], chain.Find("one")!.Files);
    }

    [Fact]
    public void One_that_was_begun_and_never_happened_leaves_the_chain_as_it_was()
    {
        var before = Taken(Fresh, "one", "aa");
        var begun = before.Take("two", default, true, "bb");
        Assert.Equal("two", begun.Open?.Name);
        Assert.Equal(Text(before), Text(begun.Undone()));
        Assert.Equal(["disk0.bb.qcow2"], begun.Undone().NoLonger(begun));
    }

    [Fact]
    public void One_of_which_nobody_knows_whether_it_happened_is_none_and_its_empty_file_stays()
    {
        var settled = Taken(Fresh, "one", "aa").Take("two", default, true, "bb").Settled();
        Assert.Equal(("one", null), (settled.Current, settled.Find("two")));
        Assert.Equal("disk0.bb.qcow2", Assert.Single(settled.Active).File);
        Assert.Equal(1, settled.Mergeable);
    }

    [Fact]
    public void A_revert_goes_on_from_the_snapshots_file_and_what_was_written_since_the_last_one_is_needed_no_more()
    {
        var chain = Taken(Taken(Fresh, "one", "aa"), "two", "bb");
        var back = chain.Revert("one", "cc");
        Assert.Equal("disk0.raw", back.Layer("disk0.cc.qcow2").Backing);
        Assert.Equal(["disk0.bb.qcow2"], back.NoLonger(chain));
        Assert.Equal("one", back.Current);

        // A branch: what is taken now hangs on 'one' as 'two' does.
        Assert.Equal(["one", "one"], Taken(back, "three", "dd").Snapshots.Skip(1).Select(s => s.Parent!));
    }

    [Fact]
    public void A_deleted_snapshots_files_stay_as_long_as_something_lies_on_them()
    {
        var chain = Taken(Taken(Fresh, "one", "aa"), "two", "bb");
        var without = chain.Remove("two");
        Assert.Empty(without.NoLonger(chain));
        Assert.Equal(("one", 1, 3), (without.Current, without.Mergeable, without.Depth));
        Assert.Equal("disk0.raw", without.NamedBelow("disk0.bb.qcow2")!.File);

        var merged = without.Merged("disk0.raw", "disk0.cc.qcow2", "qcow2", "disk0.raw");
        Assert.Equal(["disk0.aa.qcow2", "disk0.bb.qcow2"], merged.NoLonger(without));
        Assert.Equal((0, 2), (merged.Mergeable, merged.Depth));
    }

    [Fact]
    public void A_deleted_branch_is_needed_no_more()
    {
        var chain = Taken(Taken(Fresh, "one", "aa"), "two", "bb").Revert("one", "cc");
        Assert.Equal(["disk0.aa.qcow2"], chain.Remove("two").NoLonger(chain));
    }

    [Fact]
    public void What_hung_on_a_deleted_snapshot_hangs_on_the_one_before_it()
    {
        var chain = Taken(Taken(Taken(Fresh, "one", "aa"), "two", "bb"), "three", "cc").Remove("two");
        Assert.Equal("one", chain.Find("three")!.Parent);
    }

    /// <summary>Whatever is done, in whatever order: every file that is written to, or that a snapshot names, has all that lies below it; no sealed file is written to; nothing that is needed is given up.</summary>
    [Fact]
    public void Whatever_is_done_the_chain_is_whole() => Gen.Int[0, 5].Array[1, 40].Sample(steps =>
    {
        var (chain, n) = (Fresh, 0);
        foreach (var step in steps)
        {
            var (before, mark) = (chain, $"{n++:x4}");
            var some = chain.Snapshots.IsEmpty ? null : chain.Snapshots[n * 7 % chain.Snapshots.Length].Name;
            chain = (step, some) switch
            {
                (0 or 1, _) => Taken(chain, $"s{n}", mark),
                (2, { } name) => chain.Revert(name, mark),
                (3, { } name) => chain.Remove(name),
                (4, _) => chain.Take($"s{n}", default, true, mark).Undone(),
                (5, _) when chain.IsMergeable(chain.Active[0].File) => chain.Merged("disk0.raw", DiskChain.NameOf("disk0.raw", mark), "qcow2", chain.NamedBelow(chain.Active[0].File)?.File),
                _ => chain,
            };
            Whole(chain);
            Assert.DoesNotContain(chain.NoLonger(before), f => chain.Layers.Any(l => l.File == f));
        }
    }, iter: 2_000);

    private static void Whole(DiskChain chain)
    {
        foreach (var file in chain.Active.Select(a => a.File).Concat(chain.Snapshots.SelectMany(s => s.Files).Select(f => f.File)))
        {
            var below = chain.Below(file).ToList();
            Assert.NotEmpty(below);
            Assert.Null(below[^1].Backing);
        }

        Assert.All(chain.Active, a => Assert.Null(chain.Layer(a.File).Seal));
        Assert.DoesNotContain(chain.Snapshots.SelectMany(s => s.Files), f => chain.Active.Any(a => a.File == f.File));
        Assert.True(chain.Current is null || chain.Find(chain.Current) is not null);
        Assert.All(chain.Snapshots, s => Assert.True(s.Parent is null || chain.Find(s.Parent) is not null));
    }

    private static DiskChain Taken(DiskChain chain, string name, string mark)
    {
        var next = chain.Take(name, default, true, mark);
        return next.Taken(false, next.Find(name)!.Files.ToImmutableSortedDictionary(f => f.File, f => new LayerSeal(7, $"sha256:{f.File}")));
    }

    private static string Text(DiskChain chain) => string.Join('\n', [chain.Current ?? "", .. chain.Active.Select(a => a.ToString()), .. chain.Layers.Select(l => l.ToString()), .. chain.Snapshots.Select(s => $"{s.Name} {s.Parent} {s.Complete}")]);
}
