using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Tests.Snapshots;

public sealed class ChainFolderTests : IDisposable
{
    private readonly DiskFolder f = new();

    public void Dispose() => f.Dispose();

    [Fact]
    public void A_machine_that_never_had_a_snapshot_starts_from_its_disk_and_gets_no_chain()
    {
        Assert.Equal("disk0.raw", f.Start().File);
        Assert.Equal(["disk0.raw"], f.Files);
    }

    [Fact]
    public async Task Each_start_takes_the_chain_over_into_its_epoch()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        var active = f.Start();
        Assert.Equal(active, f.Start());
        Assert.Equal("chain-00000000000000000007-000000.json", Assert.Single(f.Files, n => n.StartsWith("chain", StringComparison.Ordinal)));
    }

    /// <summary>An owner that was taken for dead writes its chain when the next one has started the machine already.</summary>
    [Fact]
    public async Task What_an_earlier_owner_writes_late_counts_for_nothing()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        f.Write(1, 0);
        var late = f.Chain.Revert("one", "late");
        var active = f.Start();
        Assert.Throws<ChainException>(() => f.Chains.Write(late, 5));

        // Also when its store let the write through after all.
        File.WriteAllBytes(Path.Combine(f.Folder, "chain-00000000000000000005-000099.json"), ChainText.Write(late));
        Assert.Equal(active, f.Start());
        Assert.Equal([1], f.Read(1));
    }

    [Fact]
    public async Task A_host_with_an_older_right_than_the_chain_starts_nothing()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        var refused = Assert.Throws<ChainException>(() => f.Chains.ForStart(f.Machine, 4));
        Assert.Contains("epoch 5, and this host's right is of epoch 4", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_altered_chain_is_found_before_a_start_and_named()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        var file = Directory.GetFiles(f.Folder, "chain-*").Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"one\"", "\"two\"", StringComparison.Ordinal));
        Assert.StartsWith($"{file} was altered or is damaged", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_chain_is_found_before_a_start_and_named()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        var file = Directory.GetFiles(f.Folder, "chain-*").Single();
        File.WriteAllText(file, File.ReadAllText(file)[..40]);
        Assert.StartsWith($"{file} was altered or is damaged", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_found_before_a_start_and_named()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        File.Delete(Path.Combine(f.Folder, "disk0.raw"));
        Assert.StartsWith($"{f.Folder}/disk0.raw is missing", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 20, 700_000)]
    [InlineData(64 << 20, 0)]
    [InlineData(64 << 20, (64 << 20) - 1)]
    public async Task A_sealed_file_that_was_written_to_is_found_before_a_start_and_named(long bytes, long place)
    {
        using var other = new DiskFolder(bytes);
        await other.MustAsync(new TakeSnapshot("one", false));
        using (var disk = File.OpenWrite(Path.Combine(other.Folder, "disk0.raw")))
        {
            disk.Position = place;
            disk.WriteByte(1);
        }

        Assert.StartsWith($"{other.Folder}/disk0.raw was altered since a snapshot sealed it", Assert.Throws<ChainException>(() => other.Start()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_laid_on_another_one_is_found_before_a_start_and_named()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        var active = f.Chain.Active[0].File;
        DiskFolder.Run("qemu-img", "rebase", "-u", "-f", "qcow2", "-b", "other.raw", "-F", "raw", Path.Combine(f.Folder, active));
        Assert.Contains("it lies on 'other.raw' and not on 'disk0.raw' any more", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_machines_chain_is_not_taken_for_its_own()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        Assert.Contains("is the chain of another machine", Assert.Throws<ChainException>(() => f.Chains.ForStart(f.Machine with { Id = Guid.NewGuid() }, 9)).Message, StringComparison.Ordinal);
    }

    private string Refusal() => Assert.Throws<ChainException>(() => f.Start()).Message;
}
