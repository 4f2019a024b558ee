using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Core.Storage;

namespace Holdfast.Core.Tests.Storage;

public sealed class SnapshotRuleTests
{
    private static readonly MachineDefinition Machine = new(Guid.NewGuid(), "web", "shared", 192, 1, 100, "52:54:00:00:00:01", [new DiskDefinition("disk0.raw", 64 << 20)]);

    [Theory]
    [InlineData("Upper")]
    [InlineData("../x")]
    [InlineData("")]
    public void A_name_that_could_be_something_else_is_refused(string name) => Assert.Contains("is not a name for a snapshot", SnapshotRules.WhyNotTake(DiskChain.Of(Machine), "web", name), StringComparison.Ordinal);

    [Fact]
    public void A_name_is_used_once() => Assert.Contains("has a snapshot 's1' already", SnapshotRules.WhyNotTake(After(1), "web", "s1"), StringComparison.Ordinal);

    [Fact]
    public void So_deep_and_no_deeper()
    {
        Assert.Null(SnapshotRules.WhyNotTake(After(SnapshotRules.Deepest - 2), "web", "next"));
        Assert.Contains("'holdfast snapshot compact web'", SnapshotRules.WhyNotTake(After(SnapshotRules.Deepest - 1), "web", "next"), StringComparison.Ordinal);
    }

    [Fact]
    public void So_many_and_no_more()
    {
        var chain = DiskChain.Of(Machine);
        for (var n = 1; n <= SnapshotRules.Most; n++)
        {
            chain = Take(chain, n).Revert("s1", $"r{n}");
        }

        Assert.Contains("has 16 snapshots, which is the most", SnapshotRules.WhyNotTake(chain, "web", "next"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_device_is_the_stores_own_business() => Assert.Contains(
        "the block device /dev/vg/web", SnapshotRules.WhyNotTake(DiskChain.Of(Machine with { Disks = [new DiskDefinition("/dev/vg/web", 1)] }), "web", "next"), StringComparison.Ordinal);

    private static DiskChain After(int snapshots) => Enumerable.Range(1, snapshots).Aggregate(DiskChain.Of(Machine), Take);

    private static DiskChain Take(DiskChain chain, int n) => chain.Take($"s{n}", default, true, $"{n}").Taken(false, ImmutableSortedDictionary<string, LayerSeal>.Empty);
}
