using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Recovery;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Recovery;

namespace Holdfast.Adapters.Tests.Recovery;

public sealed class DatastoreLookTests : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);
    private static readonly HostLife H2 = new(new Slot(1), new Incarnation(Guid.NewGuid()));
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-look-").FullName;
    private readonly AreaIdentity identity;

    public DatastoreLookTests() => identity = LeaseAreas.Format(folder, new ClusterId(Guid.NewGuid()), ["h1", "h2"], Guid.NewGuid(), 0);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Without_any_agent_the_newest_table_the_folders_and_the_renewing_slots_are_seen()
    {
        var (web, orphan) = (await CreatedAsync("web"), Guid.NewGuid());
        await CreatedAsync("forgotten");
        Chosen(5, Held(web), Held(orphan));
        using var renewing = new CancellationTokenSource();
        var guard = RenewAsync(renewing.Token);
        var (area, machines) = await DatastoreLook.TakeAsync(folder, Look);
        await renewing.CancelAsync();
        await guard;

        Assert.Equal((5UL, identity), (area.Table.Version, area.Identity));
        Assert.Empty(area.Unreadable);
        Assert.True(machines.Single(m => m.Name == "web") is { Owner: "h2", OwnerRenews: true, HasDefinition: true, Entry.State: LeaseState.Held });
        Assert.True(machines.Single(m => m.Name == $"{orphan}") is { HasDefinition: false, Owner: "h2" });
        Assert.Null(machines.Single(m => m.Name == "forgotten").Entry);
    }

    [Fact]
    public async Task A_slot_that_stands_still_is_silent_and_one_of_another_life_is_no_owners()
    {
        var web = await CreatedAsync("web");
        Chosen(5, Held(web));
        Assert.False(Assert.Single((await DatastoreLook.TakeAsync(folder, Look)).Machines).OwnerRenews);
        using var renewing = new CancellationTokenSource();
        var guard = RenewAsync(renewing.Token, new Incarnation(Guid.NewGuid()));
        Assert.False(Assert.Single((await DatastoreLook.TakeAsync(folder, Look)).Machines).OwnerRenews);
        await renewing.CancelAsync();
        await guard;
    }

    [Fact]
    public async Task A_file_that_a_free_machines_disk_lacks_is_trouble_and_a_damaged_ballot_is_told()
    {
        var web = await CreatedAsync("web", disk: true);
        Chosen(5, new MachineEntry(new MachineId(web), WantedState.Run, LeaseState.Free, new Epoch(5)));
        File.Delete(Path.Combine(MachineFolder.Of(folder, "web"), "disk0"));
        File.WriteAllBytes(Path.Combine(folder, AreaLayout.Folder, AreaLayout.BallotFile(7)), new byte[AreaLayout.BallotLength]);
        var (area, machines) = await DatastoreLook.TakeAsync(folder, Look);
        Assert.Contains("disk0", Assert.Single(machines).DiskTrouble, StringComparison.Ordinal);
        Assert.Contains(AreaLayout.BallotFile(7), Assert.Single(area.Unreadable), StringComparison.Ordinal);
        Assert.Equal(RecoveryStep.Repair, Assert.Single(RecoveryPlan.Of(machines)).Step);
    }

    private static MachineEntry Held(Guid machine) => new(new MachineId(machine), WantedState.Run, LeaseState.Held, new Epoch(5), H2);

    private async Task<Guid> CreatedAsync(string name, bool disk = false)
    {
        var machine = new MachineDefinition(Guid.NewGuid(), name, "shared", 64, 1, 0, "52:54:00:00:00:01", disk ? [new DiskDefinition("disk0", 1 << 20)] : []);
        Assert.Null(await MachineFolder.CreateAsync(folder, machine, image: null));
        return machine.Id;
    }

    /// <summary>h1 has written that this version was chosen; the others' areas still say version 1.</summary>
    private void Chosen(ulong version, params MachineEntry[] entries)
    {
        var table = LeaseTable.First(["h1", "h2"]);
        table = table with { Version = version, Machines = table.Machines.AddRange(entries.Select(e => KeyValuePair.Create(e.Machine, e))) };
        var encoded = BallotCodec.Encode(new BallotRecord(2, table, Ballot.None, Ballot.None, null), identity, new Slot(0));
        using var file = File.OpenWrite(Path.Combine(folder, AreaLayout.Folder, AreaLayout.BallotFile(0)));
        foreach (var (offset, bytes) in BallotFile.Writes(1, encoded))
        {
            file.Position = offset;
            file.Write(bytes.Span);
        }
    }

    /// <summary>What h2's guard does.</summary>
    private async Task RenewAsync(CancellationToken end, Incarnation? life = null)
    {
        var block = new byte[HeartbeatBlock.Length];
        for (ulong counter = 1; !end.IsCancellationRequested; counter++)
        {
            new HeartbeatBlock(H2.Slot, life ?? H2.Incarnation, Guid.Empty, counter, HeartbeatFlags.None, 0, 0, 0).Encode(identity, block);
            using (var file = File.OpenWrite(Path.Combine(folder, AreaLayout.Folder, AreaLayout.SlotFile(H2.Slot.Value))))
            {
                file.Write(block);
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }
}
