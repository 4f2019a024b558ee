using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class MemoryMeterTests
{
    private static readonly TimeSpan Limit = FakeQmp.Limit;

    private const string Smaps = """
        55d0c0000000-55d0c0100000 r--p 00000000 fe:00 1 /usr/bin/qemu-system-x86_64
        Size:               1024 kB
        Rss:                1000 kB
        7f0000000000-7f000c000000 rw-p 00000000 00:00 0
        Size:             196608 kB
        KernelPageSize:        4 kB
        Rss:               40960 kB
        Pss:               40960 kB
        Private_Hugetlb:       0 kB
        Swap:               1025 kB
        VmFlags: rd wr mr mw me ac
        7f1000000000-7f1040000000 rw-p 00000000 00:00 0
        Size:            1048576 kB
        Rss:              500000 kB
        """;

    [Fact]
    public void What_is_in_use_is_what_backs_the_smallest_mapping_that_the_memory_fits_in()
    {
        Assert.Equal(42, MemoryMeter.UsedMiB(Smaps.Split('\n'), 192));
        Assert.Equal(489, MemoryMeter.UsedMiB(Smaps.Split('\n'), 1024));
        Assert.Null(MemoryMeter.UsedMiB(Smaps.Split('\n'), 4096));
    }

    [Fact]
    public async Task The_dirty_rate_is_asked_for_until_QEMU_has_measured_it()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var load = MemoryMeter.TakeAsync(qmp, Environment.ProcessId, 1 << 20, () => true, Limit);
        Assert.Equal("""{"execute":"calc-dirty-rate","arguments":{"calc-time":1,"sample-pages":512},"id":2}""", await qemu.NextCommandAsync());
        qemu.Send("""{"return":{},"id":2}""");
        Assert.Equal("""{"execute":"query-dirty-rate","id":3}""", await qemu.NextCommandAsync());
        qemu.Send("""{"return":{"status":"measuring","sample-pages":512,"mode":"page-sampling","start-time":7,"calc-time":1},"id":3}""");
        Assert.Equal("""{"execute":"query-dirty-rate","id":4}""", await qemu.NextCommandAsync());
        qemu.Send("""{"return":{"status":"measured","sample-pages":512,"dirty-rate":108,"mode":"page-sampling","start-time":7,"calc-time":1},"id":4}""");
        Assert.Equal(new(108, null), await load);
    }

    [Fact]
    public async Task Once_a_migration_has_begun_QEMU_is_asked_for_nothing_more()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var load = MemoryMeter.TakeAsync(qmp, Environment.ProcessId, 192, () => false, Limit);
        await qemu.NextCommandAsync();
        qemu.Send("""{"return":{},"id":2}""");
        Assert.Contains("a migration of it has begun", (await Assert.ThrowsAsync<QmpException>(() => load)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_mark_of_a_machine_that_is_let_go_is_about_one_process_only()
    {
        var root = Directory.CreateTempSubdirectory("hf-mark-");
        try
        {
            var paths = new HostPaths { Root = root.FullName };
            Directory.CreateDirectory(paths.Seen(paths.QmpDirectory));
            var qemu = new QemuProcess("web", Guid.NewGuid(), 7, new ProcessIdentity(4711, 99));
            Assert.False(ProcessMark.LetGo.IsSet(paths, qemu));
            ProcessMark.LetGo.Set(paths, qemu);
            Assert.True(ProcessMark.LetGo.IsSet(paths, qemu));
            Assert.False(ProcessMark.LetGo.IsSet(paths, qemu with { Process = new ProcessIdentity(4711, 100) }));
            ProcessMark.LetGo.Clear(paths, qemu);
            ProcessMark.LetGo.Clear(paths, qemu);
            Assert.False(ProcessMark.LetGo.IsSet(paths, qemu));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
