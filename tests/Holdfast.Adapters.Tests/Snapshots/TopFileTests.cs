using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Tests.Snapshots;

public sealed class TopFileTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly DiskFolder f = new();

    public void Dispose() => f.Dispose();

    [Fact]
    public async Task A_damaged_file_is_found_before_a_start_and_named_with_the_command_to_run()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        f.Write(1, 0);
        Assert.Null(await TopFiles.DamageAsync(f.Folder, f.Chain.Active, Limit));

        // The first entry of the table of tables points behind the end of the file.
        var file = Path.Combine(f.Folder, f.Chain.Active[0].File);
        using (var top = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
        {
            var header = new byte[48];
            top.ReadExactly(header);
            top.Position = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(40));
            top.Write([0x80, 0, 0, 0x7f, 0, 0, 0, 0]);
        }

        var damage = await TopFiles.DamageAsync(f.Folder, f.Chain.Active, Limit);
        Assert.StartsWith($"{file} is damaged", damage, StringComparison.Ordinal);
        Assert.Contains($"'qemu-img check -r all {file}'", damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_QEMU_leaves_behind_stops_no_start()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        f.Write(1, 0);
        using (var top = new FileStream(Path.Combine(f.Folder, f.Chain.Active[0].File), FileMode.Open, FileAccess.ReadWrite))
        {
            // A cluster that is counted as used and belongs to nothing: its count is 1, in the first block of counts.
            var header = new byte[104];
            top.ReadExactly(header);
            var table = new byte[8];
            top.Position = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(48));
            top.ReadExactly(table);
            var clusters = top.Length / 65536;
            top.SetLength((clusters + 1) * 65536);
            top.Position = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(table) + (clusters * 2);
            top.Write([0, 1]);
        }

        Assert.Null(await TopFiles.DamageAsync(f.Folder, f.Chain.Active, Limit));
    }

    [Fact]
    public async Task A_raw_disk_has_nothing_that_could_be_looked_at() => Assert.Null(await TopFiles.DamageAsync(f.Folder, DiskChain.Of(f.Machine).Active, Limit));
}
