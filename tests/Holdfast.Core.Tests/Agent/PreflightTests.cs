using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Tests.Agent;

/// <summary>Somebody looks at a migration before he orders it.</summary>
public sealed class PreflightTests
{
    private const long Order = 2;
    private static readonly Guid Check = new(4, 4, 4, new byte[8]);

    [Fact]
    public void It_names_the_best_host_with_every_reason_and_an_estimate_and_moves_nothing()
    {
        var t = Runs(new(20, 200));
        var view = Look(t, null);
        Assert.Equal((0, null, "host disks memory guest-network path CPU bandwidth dirty-rate"), (view.Target, view.Refusal, string.Join(' ', view.Checks.Skip(1).Select(c => c.Name.Replace(' ', '-')))));
        Assert.DoesNotContain(view.Checks, c => c.Verdict == CheckVerdict.Refuses);
        Assert.Equal(new OtherTarget(2, true, "c could take it too (1000 MiB are free)"), Assert.Single(view.Others));
        Assert.Equal((100, 20, 200), (view.Forecast!.MiBPerSecond, view.Forecast.DirtyMiBPerSecond, view.Forecast.MemoryMiB));
        Assert.Equal("about 2.5 s of copying, the last 113 ms of it with the guest paused", view.Forecast.Says);
        Assert.Equal((LeaseState.Held, 0, 0), (t.Entry.State, t.Times<Core.Agent.BeginMove>(), t.Told.OfType<MoveAsk>().Count()));
    }

    [Fact]
    public void A_guest_that_dirties_faster_than_the_path_carries_is_told_both_figures_and_the_way_out()
    {
        var view = Look(Runs(new(120, 200)), 0);
        Assert.Equal((null, false), (view.Refusal, view.Forecast!.Estimate!.Converges));
        Assert.Equal("it cannot converge on this path: it dirties 120 MiB/s and the path carries 100 MiB/s; move it when it is quieter, or shut down with 'holdfast vm relocate m1'", view.Forecast.Says);
    }

    [Fact]
    public void A_longer_pause_that_is_asked_for_counts()
    {
        Assert.Null(Look(Runs(new(120, 200)), 0).Forecast!.Estimate!.Pause);
        Assert.InRange(Look(Runs(new(120, 200)), 0, TimeSpan.FromSeconds(3)).Forecast!.Estimate!.Pause!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3.1));
    }

    [Fact]
    public void Where_the_path_carries_about_what_the_figure_leaves_open_it_is_not_said_to_converge()
    {
        var t = Runs(new(0, 200));
        t.PathCarries = e => new(e.Op, 0.84, null);
        var forecast = Look(t, 0).Forecast!;
        Assert.Null(forecast.Estimate);
        Assert.Equal("it may not converge on this path: it dirties up to 1 MiB/s and the path carries 0.84 MiB/s; move it when it is quieter, or shut down with 'holdfast vm relocate m1'", forecast.Says);
    }

    [Fact]
    public void What_cannot_be_measured_is_said_to_be_unknown_and_not_invented()
    {
        var t = Runs(null);
        t.PathCarries = e => new(e.Op, null, "nothing was acknowledged within 2 s");
        var view = Look(t, 0);
        Assert.Equal((null, null, null), (view.Forecast!.MiBPerSecond, view.Forecast.DirtyMiBPerSecond, view.Forecast.Estimate));
        Assert.Equal("what network cluster carries could not be measured: nothing was acknowledged within 2 s", view.Checks.Single(c => c.Name == "bandwidth").Says);
        Assert.Contains("could not be measured: QEMU gives no answer", view.Checks.Single(c => c.Name == "dirty rate").Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_measurement_that_does_not_end_is_waited_for_five_seconds_and_its_late_end_harms_nothing()
    {
        var t = Runs(new(1, 200));
        MeasurePath? asked = null;
        t.PathCarries = e => (asked = e) is null ? new(0, null, null) : null;
        Ask(t, 0);
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.Null(t.EndOf(Order));
        t.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal("done", t.EndOf(Order));
        Assert.Contains("no answer within 5 s", View(t).Checks.Single(c => c.Name == "bandwidth").Says, StringComparison.Ordinal);
        t.Tell(new PathMeasured(asked!.Op, 7, null));
    }

    [Fact]
    public void A_target_that_lacks_a_feature_of_its_CPU_is_refused_with_the_targets_words()
    {
        var t = Runs(new(1, 200), cpuFits: false);
        var view = Look(t, 0);
        Assert.Equal("m1 cannot be migrated to a: a cannot give it its CPU: it lacks avx512f", view.Refusal);
        Assert.Equal("CPU", Assert.Single(view.Checks, c => c.Verdict == CheckVerdict.Refuses).Name);
        Assert.Null(view.Forecast);
    }

    [Fact]
    public void A_target_that_cannot_compare_its_CPU_refuses_nothing_for_it()
    {
        var view = Look(Runs(new(1, 200), cpuFits: null), 0);
        Assert.Equal((null, CheckVerdict.Unknown), (view.Refusal, view.Checks.Single(c => c.Name == "CPU").Verdict));
    }

    [Fact]
    public void Asked_by_another_host_it_compares_the_CPU_and_says_what_is_missing()
    {
        var t = AgentStory.Ready();
        t.Hypervisor = call => new(call.Op, call.Machine, call is CompareCpu ? "it lacks avx512f" : null);
        t.Tell(new PeerSaid(new AskCpu(Check, "<domain/>") { Machine = AgentStory.Vm, From = 0 }));
        var lacks = Assert.Single(t.Told.OfType<CpuAnswer>());
        Assert.Equal((false, "it lacks avx512f"), (lacks.Fits, lacks.Why));
        t.Hypervisor = call => new(call.Op, call.Machine, call is CompareCpu ? "libvirtd does not answer" : null, Unknown: true);
        t.Tell(new PeerSaid(new AskCpu(Check, "<domain/>") { Machine = AgentStory.Vm, From = 0 }));
        Assert.Null(t.Told.OfType<CpuAnswer>().Last().Fits);
    }

    /// <summary>The order and the look before it must never disagree.</summary>
    [Theory]
    [InlineData(0, "drained")]
    [InlineData(1, "")]
    [InlineData(0, "full")]
    [InlineData(null, "full")]
    [InlineData(null, "drained")]
    [InlineData(0, "unsafe")]
    [InlineData(2, "silent")]
    [InlineData(0, "moving")]
    public void It_refuses_in_the_very_words_in_which_the_order_is_refused(int? target, string trouble)
    {
        var t = Runs(new(1, 200));
        Make(t, trouble);
        var view = Look(t, target);
        t.Tell(new OrderGiven(3, new MoveMachine(AgentStory.Vm, target, Guid.NewGuid())));
        Assert.NotNull(view.Refusal);
        Assert.Equal(t.EndOf(3), view.Refusal);
        Assert.Null(view.Forecast);
        Assert.Equal(0, t.Times<MeasureDirtyRate>());
        Assert.Equal(target is not null || trouble is "unsafe" or "moving", view.Checks.Any(c => c.Verdict == CheckVerdict.Refuses));
    }

    private static void Make(AgentStory t, string trouble)
    {
        switch (trouble)
        {
            case "drained":
                t.Flags = HeartbeatFlags.Draining | HeartbeatFlags.Leaving;
                Hear(t);
                break;
            case "full":
                t.Tell(new DefinitionChanged(AgentStory.Definition with { MemoryMiB = 5000 }));
                break;
            case "silent":
                t.Beating.Remove(2);
                t.Pass(TimeSpan.FromSeconds(8));
                Hear(t);
                break;
            case "unsafe":
                t.Happens(MachineEventKind.IoError);
                t.Happens(MachineEventKind.Resumed);
                break;
            case "moving":
                t.Hypervisor = call => call is PerformMove ? null : new(call.Op, call.Machine);
                t.Tell(new OrderGiven(9, new MoveMachine(AgentStory.Vm, 2, Guid.NewGuid())));
                t.Pass(TimeSpan.FromMilliseconds(100));
                break;
        }
    }

    /// <param name="cpuFits">What the target answers about the machine's CPU.</param>
    private static AgentStory Runs(MemoryLoad? load, bool? cpuFits = true)
    {
        var t = AgentStory.Running();
        Hear(t);
        t.Hypervisor = call => call switch
        {
            MeasureDirtyRate => new(call.Op, call.Machine, load is null ? "QEMU gives no answer" : null, Load: load),
            ReadDomain => new(call.Op, call.Machine, Xml: "<domain/>"),
            _ => new(call.Op, call.Machine),
        };
        t.Heard = message =>
        {
            if (message is AskCpu ask)
            {
                t.Answer(new PeerSaid(new CpuAnswer(ask.Check, cpuFits, "it lacks avx512f") { Machine = ask.Machine, From = 0 }));
            }
        };
        return t;
    }

    private static PreflightView Look(AgentStory t, int? target, TimeSpan? pause = null)
    {
        Ask(t, target, pause);
        t.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal("done", t.EndOf(Order));
        return View(t);
    }

    private static void Ask(AgentStory t, int? target, TimeSpan? pause = null) => t.Tell(new OrderGiven(Order, new CheckMove(AgentStory.Vm, target, Check, pause)));

    private static PreflightView View(AgentStory t) => Assert.Single(t.Agent.Snapshot().Preflights, p => p.Check == Check);

    private static void Hear(AgentStory t)
    {
        for (var beat = 0; beat < 3; beat++)
        {
            foreach (var slot in t.Beating.Order())
            {
                t.Beats(slot, 0b111);
            }

            t.Pass(TimeSpan.FromMilliseconds(200));
        }
    }
}
