using System.Diagnostics;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Guard.Linux;

namespace Holdfast.Guard.Tests.Running;

/// <summary>The guard's program against real processes, signals and a store that hangs. Needs root.</summary>
[Trait("Category", "Lab")]
public sealed class GuardRunningTests
{
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _two = Guid.NewGuid();

    [Fact]
    public void It_freezes_what_has_no_grant_and_thaws_it_by_a_grant()
    {
        using var yard = new Yard();
        yard.Open();
        var pid = yard.StartFake(_one);
        Yard.Stands(pid);
        Yard.Until("the report", () => yard.Report!.Machines.Any(m => m.Machine == _one && m is { Epoch: 0, State: GuardedState.Frozen }));
        yard.Grant(_one, 1);
        Yard.Runs(pid);
        var granted = yard.StartFake(_two);
        Yard.Stands(granted);
        Assert.Null(yard.Order(new Revoke(_one, 1)));
        Yard.Stands(pid);
        Assert.Contains("older", yard.Order(new Grant(_one, 0, [Yard.Store], null)));
    }

    [Fact]
    public void It_leaves_other_programs_and_libvirts_probes_alone()
    {
        using var yard = new Yard();
        var probe = yard.StartFake(null, "-S", "-no-user-config", "-nodefaults", "-machine", "none,accel=kvm:tcg");
        var stranger = yard.StartFake(null, "-m", "64");
        Yard.Stands(stranger);
        Yard.Runs(probe);
        Yard.Until("the stranger frozen, and nothing else", () => yard.Ask().Machines is [{ State: GuardedState.Frozen }]);
    }

    [Fact]
    public void It_renews_the_slot_and_says_what_the_agent_wants_said()
    {
        using var yard = new Yard();
        yard.Open();
        yard.Order(new SlotNote((uint)HeartbeatFlags.Isolated, 0b1010, 512, 40));
        var noted = Yard.Until("the note in the slot", () => yard.ReadSlot(out var block) is null && block.Reach == 0b1010 ? block : default);
        Assert.Equal((yard.Incarnation, HeartbeatFlags.Isolated, 512u), (noted.Incarnation.Value, noted.Flags, noted.FreeMemoryMiB));
        Yard.Until("a later counter", () => yard.ReadSlot(out var block) is null && block.Counter > noted.Counter);
    }

    [Fact]
    public void A_store_that_hangs_freezes_in_time_for_good_and_a_rejoin_thaws_its_list_only()
    {
        using var yard = new Yard();
        yard.Open();
        yard.Grant(_one, 1);
        yard.Grant(_two, 1);
        var (one, two) = (yard.StartFake(_one), yard.StartFake(_two));
        Yard.Until("both machines", () => yard.Report!.Machines.Count(m => m.State == GuardedState.Free && m.Pid != 0) == 2);
        yard.Hang();
        Yard.Stands(one);
        Yard.Stands(two);
        var stopped = Clocks.Read().Boot;
        Yard.Until("all frozen", () => yard.Report!.Machines.All(m => m.State == GuardedState.Frozen));
        Assert.InRange(stopped - yard.Area!.Until, -5_000_000, 400_000_000);
        yard.Heal();
        // The write that hung lands now, and that must not matter.
        Yard.Until("the late heartbeat", () => yard.ReadSlot(out _) is null);
        Assert.Contains("expired", yard.Order(new Grant(Guid.NewGuid(), 2, [Yard.Store], null)));
        Assert.True(yard.Area!.Expired);
        Assert.Null(yard.Order(new Rejoin(Yard.Store, Guid.NewGuid(), Clocks.Read().Boot, [new(_one, 2)])));
        Yard.Runs(one);
        Yard.Gone(two);
        Yard.Until("a renewal of the new incarnation", () => yard.Area is { Expired: false, Failures: 0 } area && area.Incarnation != yard.Incarnation);
    }

    [Fact]
    public void The_watchdog_is_petted_while_the_right_is_fresh_or_all_is_frozen_and_never_between()
    {
        using var yard = new Yard();
        yard.Open(ttl: 2000);
        yard.Grant(_one, 1);
        var one = yard.StartFake(_one);
        Yard.Until("the machine", () => yard.Report!.Machines.Any(m => m.State == GuardedState.Free && m.Pid != 0));
        Yard.Until("pettings", () => yard.Watchdog!.Words.Count(l => l == "pet") > 5);
        Assert.Contains("arm 600", yard.Watchdog!.Words);
        Assert.Equal("armed", yard.Report!.Watchdog);
        yard.Hang();
        Yard.Stands(one);
        Yard.Until("pettings when all is frozen", () =>
        {
            yard.Ask();
            return yard.Watchdog!.Pets(yard.Area!.Until + 100_000_000, long.MaxValue) > 2;
        });
        // The window ends at expiry + stop - watchdog, here 200 ms before the expiry. A petting comes every 250 ms while it is allowed.
        var until = yard.Area!.Until;
        Assert.True(yard.Watchdog.Pets(until - 900_000_000, until - 200_000_000) > 1);
        Assert.Equal(0, yard.Watchdog.Pets(until - 190_000_000, until));
    }

    [Fact]
    public void A_guard_that_is_killed_and_started_again_keeps_the_deadline_and_the_grants()
    {
        using var yard = new Yard();
        // Long enough that a guard started on a busy machine is there well before the deadline.
        yard.Open(ttl: 12_000);
        yard.Grant(_one, 7);
        var one = yard.StartFake(_one);
        Yard.Until("the machine", () => yard.Report!.Machines.Any(m => m.State == GuardedState.Free && m.Pid != 0));
        var life = yard.Report!.GuardLife;
        yard.Hang();
        var until = Yard.Until("the last renewal", () => yard.Area is { Failures: > 0 } area ? area.Until : 0);
        yard.Kill();
        Assert.DoesNotContain("disarm", yard.Watchdog!.Words);
        yard.StartGuard();
        // The killed guard's write hangs, so its end of the line stays open, and only an order without answer tells. The new guard cannot renew and
        // says nothing by itself: it is asked, as an agent does.
        Yard.Until("the new guard", () => yard.Ask().GuardLife != life);
        Yard.Until("the machine", () => yard.Ask().Machines.Any(m => m is { Epoch: 7, Pid: not 0 }));
        Yard.Runs(one);
        // Never later, but for the microseconds by which the two clocks differ from reading to reading.
        Assert.InRange(until - yard.Area!.Until, -1_000_000, 300_000_000);
        Yard.Stands(one);
        Assert.InRange(Clocks.Read().Boot - yard.Area.Until, -5_000_000, 400_000_000);
    }

    [Fact]
    public void It_disarms_the_watchdog_when_it_ends_without_machines_only()
    {
        using var yard = new Yard();
        yard.Open();
        yard.Grant(_one, 7);
        var one = yard.StartFake(_one);
        Yard.Until("the machine", () => yard.Report!.Machines.Any(m => m.State == GuardedState.Free && m.Pid != 0));
        yard.Kill("TERM");
        Assert.DoesNotContain("disarm", yard.Watchdog!.Words);
        using (var kill = Process.Start("kill", $"-KILL {one}"))
        {
            kill.WaitForExit();
        }

        Yard.Gone(one);
        var life = yard.Report!.GuardLife;
        yard.StartGuard();
        Yard.Until("the new guard", () => yard.Report!.GuardLife != life && yard.Report.Machines.All(m => m.Pid == 0));
        yard.Kill("TERM");
        Yard.Until("disarm", () => yard.Watchdog.Words.Contains("disarm"));
    }

    [Fact]
    public void A_second_guard_with_the_same_state_is_refused()
    {
        using var yard = new Yard();
        yard.StartGuard();
        Yard.Until("the refusal", () => !yard.Client.IsConnected ? throw new InvalidOperationException("the first guard was disturbed") : yard.SecondEnded);
    }

    [Fact]
    public void A_grant_is_answered_at_once()
    {
        using var yard = new Yard();
        yard.Open();
        var times = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Null(yard.Order(new Grant(_one, (ulong)i, [Yard.Store], null)));
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine($"grant: median {times[100]:0.000} ms, worst {times[^1]:0.000} ms");
        // The better quarter, as the machine may be busy. A grant that waited for a look at the processes would take up to 100 ms, evenly spread.
        Assert.True(times[50] < 20, $"the quicker quarter of grants took up to {times[50]} ms");
    }

    [Fact]
    public void The_newest_agent_wins()
    {
        using var yard = new Yard();
        GuardReport? seen = null;
        using var newer = new Holdfast.Runtime.Guarding.GuardClient(Path.Combine(yard.Folder, "guard.sock"), r => seen = r);
        Yard.Until("the newer line", () => newer.IsConnected);
        Yard.Until("the older line's end", () => !yard.Client.IsConnected);
    }
}
