using System.Collections.Immutable;
using Holdfast.Core.Balancing;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Balancing;

public sealed class BalancerTests
{
    private static readonly BalancerSettings Settings = BalancerSettings.Default;

    [Fact]
    public void A_host_is_relieved_only_when_it_is_hot_for_the_hold_time_and_then_down_to_the_cool_share()
    {
        var view = View([900, 100], [(0, 300), (0, 300), (0, 300), (1, 100)]);
        var first = Round(0, view, BalancerMemory.Empty);
        Assert.Empty(first.Moves);
        Assert.Empty(Round(4, view, first.Memory).Moves);
        var moves = Round(5, view, first.Memory).Moves.SelectMany(w => w).ToList();
        Assert.Equal((0, 1), (Assert.Single(moves).From, moves[0].To));
    }

    [Fact]
    public void A_host_that_cools_down_in_between_starts_anew()
    {
        var first = Round(0, View([900], [(0, 900), (1, 10)]), BalancerMemory.Empty);
        var cool = Round(3, View([100], [(0, 100), (1, 10)]), first.Memory);
        Assert.Empty(cool.Memory.HotSince);
        Assert.Empty(Round(6, View([900], [(0, 450), (0, 450), (1, 10)]), cool.Memory).Moves);
    }

    [Fact]
    public void A_warm_host_below_hot_is_left_alone() =>
        Assert.Empty(RoundHot(View([750], [(0, 375), (0, 375), (1, 10)])).Moves);

    [Fact]
    public void A_machine_that_was_moved_stays_for_the_cool_down_so_nothing_comes_straight_back()
    {
        var moved = RoundHot(View([900, 100], [(0, 300), (0, 300), (0, 300), (1, 100)]));
        var machine = moved.Moves.SelectMany(w => w).Single().Machine;
        var back = View([], [(1, 900), (0, 100)]) with { Machines = [new(machine, 1, 900, 1024), new(Id(50), 0, 100, 1024)] };
        var memory = moved.Memory with { HotSince = ImmutableSortedDictionary<int, Moment>.Empty.Add(1, Minutes(0)) };
        Assert.Empty(Round(30, back, memory).Moves);
        Assert.Equal([1], Round(30, back, memory).StillHot);
        Assert.Empty(Round(126, back, memory).Memory.MovedAt);
    }

    [Fact]
    public void A_move_that_takes_away_less_than_the_margin_and_its_price_is_not_made() =>
        Assert.Empty(RoundHot(View([820], [(0, 10), (0, 10), (0, 800), (1, 600)])).Moves);

    [Fact]
    public void A_shortage_that_no_move_relieves_is_named() =>
        Assert.Equal([0], RoundHot(View([950, 640], [(0, 950), (1, 640)])).StillHot);

    [Fact]
    public void Machines_that_must_stay_apart_do_and_memory_is_never_overcommitted()
    {
        var view = View([], [(0, 300), (0, 300), (0, 300), (1, 100)]);
        var apart = view with { Machines = [.. view.Machines.Select((m, i) => i == 2 ? m : m with { ApartFrom = i })] };
        apart = apart with { Machines = apart.Machines.SetItem(0, apart.Machines[0] with { ApartFrom = 3 }).SetItem(1, apart.Machines[1] with { MemoryMiB = 7500 }) };
        Assert.Equal(view.Machines[2].Id, RoundHot(apart).Moves.SelectMany(w => w).Single().Machine);
    }

    private static BalanceRound RoundHot(BalancerView view) => Round(5, view, Round(0, view, BalancerMemory.Empty).Memory);

    private static BalanceRound Round(int minute, BalancerView view, BalancerMemory memory) => Balancer.Round(Minutes(minute), view, Settings, memory, () => false);

    private static Moment Minutes(int minutes) => Moment.At(TimeSpan.FromMinutes(minutes));

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>Two hosts of 1000 MHz and 8 GiB; machines of 1 GiB by host and CPU.</summary>
    private static BalancerView View(double[] expectedLoad, (int Host, double Cpu)[] machines)
    {
        Assert.All(expectedLoad.Select((load, h) => (load, h)), p => Assert.Equal(p.load, machines.Where(m => m.Host == p.h).Sum(m => m.Cpu)));
        return new([new(0, 1000, 8192), new(1, 1000, 8192)], [.. machines.Select((m, i) => new MachineUse(Id(i), m.Host, m.Cpu, 1024))]);
    }
}
