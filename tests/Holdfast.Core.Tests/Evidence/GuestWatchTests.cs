using Holdfast.Core.Evidence;

namespace Holdfast.Core.Tests.Evidence;

/// <summary>Every signal of a guest's life by itself must keep it from being called hung.</summary>
public sealed class GuestWatchTests
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly GuestWatch watch = new(TimeSpan.FromSeconds(60), longestGap: TimeSpan.FromSeconds(25));
    private GuestPulse pulse = new(TimeSpan.FromHours(1), GuestAgentSign.Answers, 100, [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)], WaitsForStorage: false);

    public GuestWatchTests()
    {
        Passes(Every, GuestAgentSign.Answers, requests: 10);
        Passes(Every, GuestAgentSign.Answers, requests: 10);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void A_guest_without_any_sign_is_hung_after_the_limit_and_not_before(double oneCpu, double otherCpu)
    {
        for (var seconds = 10; seconds < 60; seconds += 10)
        {
            Passes(Every, GuestAgentSign.Silent, cpus: [oneCpu, otherCpu]);
            Assert.False(watch.IsHung, $"after {seconds} s");
        }

        Passes(Every, GuestAgentSign.Silent, cpus: [oneCpu, otherCpu]);
        Assert.True(watch.IsHung);
        Assert.Equal(6, watch.Unanswered);
    }

    [Theory]
    [InlineData(GuestAgentSign.Answers)]
    [InlineData(GuestAgentSign.Absent)]
    [InlineData(GuestAgentSign.Unknown)]
    public void An_agent_that_answers_or_is_not_there_or_cannot_be_asked_is_no_hung_one(GuestAgentSign agent) => NeverHung(() => Passes(Every, agent));

    [Fact]
    public void One_answer_in_between_lets_the_limit_begin_anew()
    {
        Times(5, () => Passes(Every, GuestAgentSign.Silent));
        Passes(Every, GuestAgentSign.Answers);
        Times(5, () => Passes(Every, GuestAgentSign.Silent));
        Assert.False(watch.IsHung);
        Passes(Every, GuestAgentSign.Silent);
        Assert.True(watch.IsHung);
    }

    [Fact]
    public void A_disk_that_completes_anything_is_a_sign_of_life() => NeverHung(() => Passes(Every, GuestAgentSign.Silent, requests: 1));

    [Theory]
    [InlineData(0.005, 0.005)]
    [InlineData(1, 0.01)]
    [InlineData(0.8, 0)]
    public void Cpus_that_run_and_rest_are_a_sign_of_life(double oneCpu, double otherCpu) => NeverHung(() => Passes(Every, GuestAgentSign.Silent, cpus: [oneCpu, otherCpu]));

    [Fact]
    public void What_waits_for_the_storage_is_not_hung() => NeverHung(() => Passes(Every, GuestAgentSign.Silent, waits: true));

    [Fact]
    public void Pulses_that_are_far_apart_say_nothing() => NeverHung(() => Passes(TimeSpan.FromSeconds(26), GuestAgentSign.Silent));

    [Fact]
    public void A_pulse_that_could_not_be_taken_lets_the_limit_begin_anew()
    {
        Times(6, () => Passes(Every, GuestAgentSign.Silent));
        Assert.True(watch.IsHung);
        watch.Void();
        Assert.False(watch.IsHung);
        Times(6, () => Passes(Every, GuestAgentSign.Silent));
        Assert.False(watch.IsHung);
        Passes(Every, GuestAgentSign.Silent);
        Assert.True(watch.IsHung);
    }

    [Fact]
    public void An_agent_that_has_never_answered_is_not_missed()
    {
        var fresh = new GuestWatch(TimeSpan.FromSeconds(60), longestGap: TimeSpan.FromSeconds(25));
        Times(20, () => fresh.Take(Next(Every, GuestAgentSign.Silent, 0, [0, 0], false)));
        Assert.False(fresh.IsHung);
    }

    private void NeverHung(Action passes) => Times(20, () =>
    {
        passes();
        Assert.False(watch.IsHung);
    });

    private static void Times(int times, Action act)
    {
        for (var n = 0; n < times; n++)
        {
            act();
        }
    }

    private void Passes(TimeSpan time, GuestAgentSign agent, int requests = 0, double[]? cpus = null, bool waits = false) =>
        watch.Take(Next(time, agent, requests, cpus ?? [0, 0], waits));

    private GuestPulse Next(TimeSpan time, GuestAgentSign agent, int requests, double[] cpus, bool waits) =>
        pulse = new(pulse.At + time, agent, pulse.DiskRequests + requests, [.. cpus.Select((share, n) => pulse.Cpus[n] + (time * share))], waits);
}
