using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Tests.Views;

public sealed class RowTests
{
    private static readonly ImmutableArray<PeerView> Hosts = [Snapshots.Host("h1", 0), Snapshots.Host("h2", 1, "suspect"), Snapshots.Host("h3", 2, "fenced")];

    [Fact]
    public void A_machine_of_the_table_has_its_owner_its_epoch_and_its_promise()
    {
        var web = Snapshots.Definition("web");
        var row = Assert.Single(MachineRows.Of(Snapshots.Of(Hosts, [Snapshots.Machine(web, "running", 1, 42, false)]), IntentView.Empty));
        Assert.Equal(("web", "h2", 42ul, MachineState.Running, DesiredState.Run), (row.Name, row.Host, row.Epoch, row.State, row.Desired));
        Assert.Equal(("/s/machines/web", 192, "52:54:00:00:00:01"), (row.Folder, row.MemoryMiB, row.Mac));
        Assert.Equal((null, 3.0, "withDevice"), (row.Bound!.WithoutDeviceSeconds, row.Bound.WithDeviceSeconds!.Value, row.Bound.Parts[0].Case));
        Assert.Equal([new Disk("disk0.raw", 64, "shared")], row.Disks);
    }

    [Fact]
    public void Addresses_are_those_of_etcd_and_without_it_those_of_the_folder()
    {
        var web = Snapshots.Definition("web") with { Addresses = ["10.1.2.3"] };
        var snapshot = Snapshots.Of(Hosts, [Snapshots.Machine(web, "running", 1, 42, false)]);
        var intent = IntentView.Empty with { Machines = IntentView.Empty.Machines.Add(web.Id, new IntentMachine(web with { Addresses = ["10.1.2.4"] }, Run: true)) };
        Assert.Equal(["10.1.2.4"], Assert.Single(MachineRows.Of(snapshot, intent)).Ips);
        Assert.Equal(["10.1.2.3"], Assert.Single(MachineRows.Of(snapshot, IntentView.Empty)).Ips);
        Assert.Equal(["10.1.2.4"], Assert.Single(MachineRows.Of(Snapshots.Of(Hosts), intent)).Ips);
    }

    [Fact]
    public void A_machine_that_only_etcd_knows_is_shown_as_being_created_or_not_read_yet()
    {
        var web = Snapshots.Definition("web");
        var intent = IntentView.Empty with { Machines = IntentView.Empty.Machines.Add(web.Id, new IntentMachine(web, Run: true, Complete: false)) };
        var row = Assert.Single(MachineRows.Of(Snapshots.Of(Hosts), intent));
        Assert.Equal((MachineState.Pending, "It is being created.", 0ul, null), (row.State, row.Reason, row.Epoch, row.Host));
        Assert.Equal(1ul, Assert.Single(MachineRows.Of(Snapshots.Of(Hosts, [Snapshots.Machine(web, "running", 0, 1, true)]), intent)).Epoch);
    }

    [Fact]
    public void The_later_epoch_counts_and_in_the_same_epoch_the_owner()
    {
        var mine = Row("h2", 5, MachineState.Running);
        Assert.Equal(MachineState.Paused, MachineRows.Better(mine, "h1", Row("h2", 5, MachineState.Paused), "h2").State);
        Assert.Equal(MachineState.Running, MachineRows.Better(mine, "h1", Row("h2", 5, MachineState.Paused), "h3").State);
        Assert.Equal(6ul, MachineRows.Better(mine, "h1", Row("h3", 6, MachineState.Running), "h3").Epoch);
        Assert.Equal(5ul, MachineRows.Better(mine, "h1", Row("h2", 4, MachineState.Running), "h2").Epoch);
    }

    [Fact]
    public void Hosts_have_a_state_links_and_machines()
    {
        var web = Snapshots.Definition("web");
        var rows = HostRows.Of(Snapshots.Of(Hosts, [Snapshots.Machine(web, "running", 1, 42, false)]));
        Assert.Equal([HostState.Up, HostState.Suspect, HostState.Dead], rows.Select(r => r.State));
        Assert.Equal(["web"], rows[1].Machines);
        Assert.Equal([new Link("cluster", Health.Ok), new Link("storage", Health.Lost, "lost")], rows[1].Networks);
        Assert.Equal([new Link("shared", Health.Ok)], rows[1].Datastores);
    }

    [Fact]
    public void A_host_is_drained_once_the_table_gives_it_nothing_and_moves_nothing_there()
    {
        var web = Snapshots.Machine(Snapshots.Definition("web"), "migrating", 1, 42, false);
        DrainState? Of(MachineView machine) => HostRows.Of(Snapshots.Of([Snapshots.Host("h1", 0), Snapshots.Host("h2", 1) with { Draining = true }], [machine]))[1].Drain;
        Assert.Equal(DrainState.Draining, Of(web));
        Assert.Equal(DrainState.Draining, Of(web with { Owner = 0, Target = 1 }));
        Assert.Equal(DrainState.Drained, Of(web with { Owner = 0 }));
        Assert.Null(HostRows.Of(Snapshots.Of(Hosts))[1].Drain);
    }

    [Fact]
    public void A_datastore_of_etcd_that_is_not_open_yet_is_named()
    {
        var intent = IntentView.Empty with { Datastores = IntentView.Empty.Datastores.Add("second", new IntentDatastore("second", "/t", null, Guid.NewGuid(), "fast")) };
        var rows = DatastoreRows.Of(Snapshots.Of(Hosts), intent, "fast");
        Assert.Equal(["second", "shared"], rows.Select(r => r.Name));
        Assert.Equal((Health.Unknown, null), (rows[0].State, rows[0].DrainSeconds));
        Assert.Equal((Health.Ok, 4.0, 7ul), (rows[1].State, rows[1].DrainSeconds!.Value, rows[1].TableVersion));
        Assert.Equal(["h1", "h2", "h3"], rows[1].Hosts);
    }

    [Fact]
    public void A_move_s_stamps_become_the_contract_s()
    {
        var stamps = ImmutableSortedDictionary<string, double>.Empty.Add("announced", 3).Add("stopped", 300).Add("completed", 480).Add("resumed", 500);
        var move = MoveRows.Of(Snapshots.Of(Hosts), new MoveView(Guid.NewGuid(), Guid.NewGuid(), 0, 1, "done", "", stamps), default);
        Assert.Equal(("h1", "h2", "moved", 20.0, 200.0), (move.From, move.To, move.Outcome, move.CompletedToResumeMs!.Value, move.PauseMs!.Value));
        Assert.Null(move.CommittedMs);
    }

    [Fact]
    public void A_move_that_waits_says_for_what()
    {
        static string? Step(string? waitsFor, params MoveTryView[] tries) => MoveRows.Step(
            new MoveView(Guid.NewGuid(), Guid.NewGuid(), 0, 1, "waiting", "", ImmutableSortedDictionary<string, double>.Empty, Tries: [.. tries]) { WaitsFor = waitsFor });
        Assert.Equal("waits: 8 machines move in the cluster", Step("8 machines move in the cluster"));
        Assert.Equal("waits for try 2", Step(null, new MoveTryView(1, null, "it was refused", 100)));
    }

    private static MachineDetail Row(string host, ulong epoch, MachineState state) =>
        new() { Name = "web", Id = Guid.Empty, Desired = DesiredState.Run, State = state, Host = host, Epoch = epoch };
}
