using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

/// <summary>What an agent does about a guest that shows no sign of life, and when it keeps its hands off.</summary>
public sealed class PulseTests
{
    private static readonly TimeSpan Limit = TimingPlan.Fast.HungAfter + (TimingPlan.Fast.Pulse * 2);
    private readonly AgentStory story = AgentStory.Running();
    private bool hung;
    private long requests;

    public PulseTests()
    {
        story.Hypervisor = call => call is TakePulse ? new(call.Op, call.Machine, Pulse: Pulse()) : new(call.Op, call.Machine);
        story.Pass(TimingPlan.Fast.Pulse * 2);
    }

    [Fact]
    public void A_hung_guest_whose_policy_is_restart_is_ended_and_started_again_here_in_a_new_epoch()
    {
        Policy(HungResponse.Restart);
        var epoch = story.Entry.Epoch;
        hung = true;
        story.Pass(Limit);
        Assert.Equal(1, story.Times<End>());
        Assert.Contains("hung", story.Decisions);
        hung = false;
        story.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("running", story.State);
        Assert.True(story.Entry.Epoch > epoch);
        Assert.Equal(1, story.Times<End>());
    }

    [Fact]
    public void By_default_it_is_told_once_and_left_alone()
    {
        hung = true;
        story.Pass(Limit * 3);
        Assert.Equal(0, story.Times<End>());
        Assert.Single(story.Decisions, "hung");
        Assert.Contains(story.Agent.Snapshot().Alarms, a => a.Contains("m1", StringComparison.Ordinal) && a.Contains("hung", StringComparison.Ordinal));
        hung = false;
        story.Pass(TimingPlan.Fast.Pulse * 2);
        Assert.Single(story.Decisions, "guest-lives");
    }

    [Fact]
    public void One_that_is_to_stop_is_not_restarted()
    {
        Policy(HungResponse.Restart);
        story.Tell(new OrderGiven(9, new WantMachine(AgentStory.Vm, false)));
        hung = true;
        story.Pass(Limit * 2);
        Assert.Equal(0, story.Times<End>());
    }

    [Fact]
    public void Silence_from_before_a_pause_does_not_count()
    {
        Policy(HungResponse.Restart);
        hung = true;
        story.Pass(TimingPlan.Fast.HungAfter - TimingPlan.Fast.Pulse);
        story.Happens(MachineEventKind.IoError);
        story.Pass(TimeSpan.FromSeconds(2));
        story.Pass(Limit);

        // The agent has let it run again, and nothing has answered since: nobody knows that its guest agent works at all.
        Assert.Equal(0, story.Times<End>());
    }

    [Fact]
    public void After_three_restarts_within_an_hour_it_is_left_alone()
    {
        Policy(HungResponse.Restart);
        for (var n = 0; n < 5; n++)
        {
            hung = true;
            story.Pass(Limit);
            hung = false;
            story.Pass(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(3, story.Times<End>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_pulse_of_a_process_that_something_has_happened_to_meanwhile_is_not_acted_on(int secondsSince)
    {
        Policy(HungResponse.Restart);
        hung = true;
        story.Pass(TimingPlan.Fast.HungAfter - TimeSpan.FromSeconds(5));
        story.Hypervisor = call => call is TakePulse ? null : new(call.Op, call.Machine);
        story.Pass(TimingPlan.Fast.Pulse);
        var asked = story.Called<TakePulse>();
        story.Happens(MachineEventKind.IoError);
        story.Pass(TimeSpan.FromSeconds(secondsSince));
        story.Tell(new HypervisorEnded(new(asked.Op, AgentStory.Vm, Pulse: Pulse())));
        Assert.Equal(0, story.Times<End>());
        Assert.DoesNotContain("hung", story.Decisions);
    }

    private void Policy(HungResponse response)
    {
        story.Tell(new DefinitionChanged(AgentStory.Definition with { OnHung = response }));
    }

    private GuestPulse Pulse()
    {
        requests += hung ? 0 : 1;
        return new(story.Now - Moment.Zero, hung ? GuestAgentSign.Silent : GuestAgentSign.Answers, requests, [TimeSpan.Zero], false);
    }
}
