using System.Text;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Tests.Leases;

public sealed class BlockTests
{
    private static readonly AreaIdentity Identity = new(new AreaId(Guid.NewGuid()), new ClusterId(Guid.NewGuid()));
    private static readonly HeartbeatBlock Beat = new(
        new Slot(5), new Incarnation(Guid.NewGuid()), Guid.NewGuid(), 42, HeartbeatFlags.Agentless | HeartbeatFlags.Isolated, 0xF0_00_00_00_00_00_00_0F, 1024, 50);

    [Fact]
    public void Crc32C_has_the_value_of_the_standard() => Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void A_heartbeat_survives_the_disk_and_costs_no_allocation()
    {
        var block = new byte[HeartbeatBlock.Length];
        Beat.Encode(Identity, block);
        Assert.Null(HeartbeatBlock.Decode(block, Identity, Beat.Slot, out var read));
        Assert.Equal(Beat, read);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Beat.Encode(Identity, block);
            _ = HeartbeatBlock.Decode(block, Identity, Beat.Slot, out read);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Every_kind_of_foreign_or_broken_block_is_its_own_fault()
    {
        Assert.IsType<AreaFault.NotALeaseArea>(Changed(b => b[0]++));
        Assert.IsType<AreaFault.OlderFormat>(Changed(b => b[4] = 0));
        Assert.IsType<AreaFault.NewerFormat>(Changed(b => b[4] = 2));
        Assert.IsType<AreaFault.Damaged>(Changed(b => b[50]++));
        Assert.IsType<AreaFault.Damaged>(Changed(b => b[BlockHeader.Length + 3]++));
        Assert.IsType<AreaFault.Damaged>(HeartbeatBlock.Decode(new byte[16], Identity, Beat.Slot, out _));
        Assert.IsType<AreaFault.OtherCluster>(Of(Identity with { Cluster = new ClusterId(Guid.NewGuid()) }, Beat.Slot));
        Assert.IsType<AreaFault.OtherArea>(Of(Identity with { Area = new AreaId(Guid.NewGuid()) }, Beat.Slot));
        Assert.IsType<AreaFault.OtherWriter>(Of(Identity, new Slot(6)));
    }

    [Fact]
    public void A_full_table_fits_its_limit_and_an_impossible_form_is_named()
    {
        var table = LeaseTable.First([.. Enumerable.Range(0, Slot.Count).Select(i => new string((char)('A' + (i % 26)), 61) + i.ToString("00", null))]);
        foreach (var host in table.Hosts.Values)
        {
            table = table with { Hosts = table.Hosts.SetItem(host.Slot, host with { Incarnation = new Incarnation(Guid.NewGuid()), Fencing = null, BootId = Guid.NewGuid() }) };
        }

        var gone = new HostLife(new Slot(3), new Incarnation(Guid.NewGuid()));
        for (var i = 0; i < LeaseTable.MostMachines; i++)
        {
            var moving = i < LeaseTable.MostMoves;
            var entry = new MachineEntry(
                new MachineId(Guid.NewGuid()), WantedState.Run, moving ? LeaseState.Moving : LeaseState.Held, new Epoch(1), table.Host(new Slot(i % 64))!.Life, moving ? gone : null);
            table = table with { Machines = table.Machines.SetItem(entry.Machine, entry) };
        }

        table = table with { Version = 1UL << 34 };
        var bytes = LeaseTableCodec.Encode(table);
        Assert.InRange(bytes.Length, 1, LeaseTableCodec.LongestTable);
        Assert.True(table.SameAs(LeaseTableCodec.Decode(bytes)));
        bytes[0] = 9;
        Assert.Throws<FormatException>(() => LeaseTableCodec.Decode(bytes));
        TestContext.Current.SendDiagnosticMessage("2,000 machines and 64 hosts at their worst: {0} bytes", bytes.Length);
    }

    private static AreaFault? Changed(Action<byte[]> change)
    {
        var block = new byte[HeartbeatBlock.Length];
        Beat.Encode(Identity, block);
        change(block);
        return HeartbeatBlock.Decode(block, Identity, Beat.Slot, out _);
    }

    private static AreaFault? Of(AreaIdentity identity, Slot slot)
    {
        var block = new byte[HeartbeatBlock.Length];
        Beat.Encode(Identity, block);
        return HeartbeatBlock.Decode(block, identity, slot, out _);
    }
}
