using Holdfast.Core.Agent;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

/// <summary>Row 6: this host is isolated and without the guest network that others have, so its machines are shut down to run elsewhere.</summary>
public sealed class ReleaseTests
{
    [Fact]
    public void A_machine_that_stands_still_meanwhile_goes_on_and_is_asked_again_instead_of_being_killed()
    {
        var t = Released();
        t.Calls.Clear();
        t.Tell(new MachineHappened(new(AgentStory.Vm, MachineEventKind.IoError, "vda")));
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.IsType<Continue>(t.Calls[0]);
        Assert.IsType<ShutDown>(t.Calls[1]);
        Assert.Empty(t.Calls.OfType<End>());
    }

    [Fact]
    public void A_deaf_guest_is_ended_after_its_limit()
    {
        var t = Released();
        t.Pass(TimeSpan.FromSeconds(62));
        Assert.Single(t.Calls.OfType<End>());
    }

    [Fact]
    public void A_deaf_guest_that_a_person_has_stopped_meanwhile_is_not()
    {
        var t = Released();
        t.Tell(new OrderGiven(2, new WantMachine(AgentStory.Vm, Run: false)));
        t.Pass(TimeSpan.FromSeconds(90));
        Assert.Empty(t.Calls.OfType<End>());
    }

    /// <summary>Seed 4124: the write that had failed landed after the machine's next process had written.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_that_failed_holds_the_machine_back_also_after_its_guest_has_shut_down(bool fails)
    {
        var t = Released(drain: 4);
        if (fails)
        {
            t.Happens(MachineEventKind.IoError);
            t.Happens(MachineEventKind.Resumed);
        }

        t.Happens(MachineEventKind.GuestShutDown);
        t.Happens(MachineEventKind.Gone);
        t.Pass(t.Drain * 0.8);
        Assert.Equal(fails, t.Table.Machine(new(AgentStory.Vm))!.Owner is not null);
        t.Pass(t.Drain);
        Assert.Null(t.Table.Machine(new(AgentStory.Vm))!.Owner);
    }

    /// <summary>The guest was asked to shut down and does not hear.</summary>
    private static AgentStory Released(double drain = 1)
    {
        var t = AgentStory.Running(drain: drain);
        (t.Reaches[0], t.Reaches[2]) = (0b101, 0b101);
        t.Tell(new ConditionsMeasured(false, 10_000, 90, GuestNetworkUp: false));
        t.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(6, t.Agent.Snapshot().Row.Number);
        Assert.Single(t.Calls.OfType<ShutDown>());
        return t;
    }
}
