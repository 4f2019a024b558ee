using Holdfast.Core.Balancing;
using Holdfast.Core.Evidence;

namespace Holdfast.Core.Tests.Balancing;

public sealed class BalancePlannerTests
{
    private static readonly BalancerSettings Settings = BalancerSettings.Default with { MovesPerRound = 8 };

    [Fact]
    public void A_host_below_hot_has_no_plan()
    {
        var plan = Plan(Host(0, 3.2), [Host(1, 0)], [Machine(1, 1.6), Machine(2, 1.6)]);
        Assert.Equal((false, 0, null), (plan.IsHot, plan.Moves.Length, plan.Shortage));
    }

    [Fact]
    public void A_hot_host_is_relieved_by_as_few_moves_as_bring_it_below_the_cool_share_and_each_says_what_it_gains()
    {
        var plan = Plan(Host(0, 3.6), [Host(1, 2.4), Host(2, 0.4)], [Machine(1, 1.2), Machine(2, 1.2), Machine(3, 1.2)]);
        var move = Assert.Single(plan.Moves);
        Assert.Equal((0, 2, 1.2, 0.9, 0.6, 0.1, 0.4), (move.From, move.To, move.Cpus, Round(move.FromBefore), Round(move.FromAfter), Round(move.ToBefore), Round(move.ToAfter)));
        Assert.Equal("it wants 1.2 processors, which takes a from 90 % to 60 % and b from 10 % to 40 %", BalancePlanner.Gain(move, "a", "b"));
        Assert.Null(plan.Shortage);
    }

    [Fact]
    public void No_host_is_brought_above_the_cool_share_however_hot_this_one_is()
    {
        var plan = Plan(Host(0, 4), [Host(1, 2)], [Machine(1, 1), Machine(2, 1), Machine(3, 1), Machine(4, 1)]);
        Assert.Empty(plan.Moves);
        Assert.Contains("h1 is at 50 %, and no machine fits below 65 % there", plan.Shortage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_a_path_takes_nothing_and_the_shortage_says_what_was_tried_and_what_would_help()
    {
        var plan = Plan(
            Host(0, 3.6), [Host(1, 0) with { WhyNot = "network m is lost between h0 and h1", NoPath = true }],
            [Machine(1, 1.8) with { Stays = "vm1 was not moved to h1: its path died", Tried = true }, Machine(2, 1.8) with { Stays = "it was moved here lately" }]);
        Assert.Empty(plan.Moves);
        Assert.StartsWith("h0 is short of processors: its work wants 3.6 of 4 (90 %)", plan.Shortage, StringComparison.Ordinal);
        Assert.Contains("Tried: vm1 was not moved to h1: its path died. vm2 stays: it was moved here lately. Other hosts: network m is lost between h0 and h1. What would help: a network that carries migrations", plan.Shortage, StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_of_a_group_stay_apart()
    {
        var (self, machine) = (Host(0, 3.6), Machine(1, 1.8) with { ApartGroup = "web" });
        BalancePlan With(params ApartMember[] elsewhere) => BalancePlanner.Of(new(self, [Host(1, 0), Host(2, 0.5)], [machine, Machine(2, 1.8) with { Stays = "no" }], [.. elsewhere]), Settings);
        Assert.Equal(1, Assert.Single(With().Moves).To);
        Assert.Equal(2, Assert.Single(With(new ApartMember(Id(9), 1, "web")).Moves).To);
        Assert.Equal(1, Assert.Single(With(new ApartMember(Id(9), 1, "db")).Moves).To);
        Assert.Empty(With(new(Id(9), 1, "web"), new(Id(8), 2, "web")).Moves);
    }

    [Fact]
    public void Memory_is_never_overcommitted_and_a_machine_of_unknown_use_stays()
    {
        Assert.Empty(Plan(Host(0, 3.6), [Host(1, 0) with { FreeMemoryMiB = 1023 }], [Machine(1, 1.8), Machine(2, 1.8)]).Moves);
        Assert.Empty(Plan(Host(0, 3.6), [Host(1, 0)], [Machine(1, 1.8) with { Cpus = null }]).Moves);
        Assert.Empty(Plan(Host(0, 3.6), [Host(1, 0) with { Load = null }], [Machine(1, 1.8)]).Moves);
    }

    private static double Round(double share) => Math.Round(share, 6);

    private static BalancePlan Plan(BalanceHost self, BalanceHost[] others, BalanceMachine[] machines) => BalancePlanner.Of(new(self, [.. others], [.. machines], []), Settings);

    private static BalanceHost Host(int slot, double used) => new(slot, $"h{slot}", new HostLoad(4, used, 16384, 0), 8192);

    private static BalanceMachine Machine(int number, double cpus) => new(Id(number), $"vm{number}", cpus, 1024, 512);

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}
