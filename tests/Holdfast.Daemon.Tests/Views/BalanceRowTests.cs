using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Balancing;
using Holdfast.Core.Evidence;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Tests.Views;

public sealed class BalanceRowTests
{
    private static readonly ImmutableArray<PeerView> Hosts =
        [Snapshots.Host("h1", 0) with { Load = new(4, 3.604, 8192, 2048) }, Snapshots.Host("h2", 1) with { Load = new(4, 0.4, 8192, 0) { Pressure = new(1, 2, 3) } }, Snapshots.Host("h3", 2, "unknown")];

    [Fact]
    public void A_host_tells_its_own_load_and_moves_and_of_a_silent_one_what_it_had_told()
    {
        var move = new RecommendedMove(Guid.NewGuid(), "web", 0, 1, 1.2, 512, 0.901, 0.6, 0.1, 0.4);
        var snapshot = Snapshots.Of(Hosts) with { Balance = new(BalanceMode.Recommend, 0.901, true, [move], null, "balancing only recommends") };
        var own = BalanceRows.Own(snapshot, new(BalanceMode.Recommend, BalancerSettings.Default));
        Assert.Equal(("recommend", 80.0, 65.0), (own.Mode, own.HotPercent, own.CoolPercent));
        Assert.Equal(("h1", 3.6, true, "balancing only recommends"), (own.Hosts[0].Host, own.Hosts[0].Load!.UsedCpus, own.Hosts[0].Hot, own.Hosts[0].Holds));
        Assert.Equal(("web", "h1", "h2", 90.0, 60.0), (own.Moves[0].Machine, own.Moves[0].From, own.Moves[0].To, own.Moves[0].FromBefore, own.Moves[0].FromAfter));

        var all = BalanceRows.All(snapshot, own, []);
        Assert.Equal(["h1", "h2", "h3"], all.Hosts.Select(h => h.Host));
        Assert.Equal((0.4, 3.0, "the agent of h2 does not answer"), (all.Hosts[1].Load!.UsedCpus, all.Hosts[1].Load!.Pressure!.IoPercent, all.Hosts[1].Holds));
        Assert.Null(all.Hosts[2].Load);
        Assert.Single(all.Moves);
    }

    [Fact]
    public void Host_and_machine_rows_show_what_is_used()
    {
        var web = Snapshots.Definition("web") with { ApartGroup = "front" };
        var snapshot = Snapshots.Of(Hosts, [Snapshots.Machine(web, "running", 0, 42, true) with { Use = new(0.456, 300) }]);
        Assert.Equal(0.4, HostRows.Of(snapshot)[1].Load!.UsedCpus);
        var row = Assert.Single(MachineRows.Of(snapshot, Holdfast.Adapters.Etcd.IntentView.Empty));
        Assert.Equal((0.46, 300L, "front"), (row.Use!.Cpus, row.Use.MemoryMiB!.Value, row.ApartGroup));
    }
}
