using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;

namespace Holdfast.Lab.Tests;

/// <summary>A machine's signs of life as its host's adapter takes them, on the lab's guest with Debian's guest agent, and the faults that end them.</summary>
[Trait("Category", "Lab")]
public sealed class GuestPulseTests(RunningLab lab) : IClassFixture<RunningLab>
{
    [LabFact]
    public async Task Each_sign_of_life_ends_with_what_gives_it_and_with_nothing_else()
    {
        await using var host = await PulseHost.OnAsync(lab, "h1");
        var machine = await host.StartAsync("pulse");
        Assert.Equal(GuestAgentSign.Absent, (await host.PulseAsync(machine)).Agent);
        var first = await host.UntilAsync(machine, GuestAgentSign.Answers);
        await RunningLab.Eventually("disk and CPU go on", async () => await host.PulseAsync(machine) is var later && Works(first, later));

        // Again and again, because libvirt treats an agent that it has asked in vain differently from then on.
        await RunningLab.Fault("guest-agent", "h1", machine.Name, "stop");
        var last = await host.PulseAsync(machine);
        for (var round = 0; round < 3; round++)
        {
            var pulse = await host.PulseAsync(machine);
            Assert.Equal(GuestAgentSign.Silent, pulse.Agent);
            Assert.True(Works(last, pulse), $"{last} {pulse}");
            last = pulse;
        }

        await RunningLab.Fault("guest-agent", "h1", machine.Name, "cont");
        await host.UntilAsync(machine, GuestAgentSign.Answers);

        // The first pulse also outlasts what was on its way to the disk.
        await RunningLab.Fault("hang-guest", "h1", machine.Name);
        Assert.Equal(GuestAgentSign.Silent, (await host.PulseAsync(machine)).Agent);
        var hung = await host.PulseAsync(machine);
        var still = await host.PulseAsync(machine);
        Assert.Equal((GuestAgentSign.Silent, GuestAgentSign.Silent), (hung.Agent, still.Agent));
        Assert.Equal(hung.DiskRequests, still.DiskRequests);
        var busy = (still.Cpus.Single() - hung.Cpus.Single()) / (still.At - hung.At);
        // It spins, on what the machine leaves it: a guest at rest takes a hundredth.
        Assert.InRange(busy, 0.3, 1.2);
        await host.CallAsync(new End(0, machine.Id));
    }

    [LabFact]
    public async Task A_live_migration_takes_the_agents_channel_along_and_is_not_held_up_by_a_silent_agent()
    {
        await using var source = await PulseHost.OnAsync(lab, "h1");
        await using var target = await PulseHost.OnAsync(lab, "h2");
        var machine = await source.StartAsync("pulsemove");
        await source.UntilAsync(machine, GuestAgentSign.Answers);
        await RunningLab.Fault("guest-agent", "h1", machine.Name, "stop");
        await source.UntilAsync(machine, GuestAgentSign.Silent);

        // Asked while it is on its way, and again and again: no step of the move may wait for the agent.
        using var moved = new CancellationTokenSource();
        var asking = source.AskUntilAsync(machine, moved.Token);
        await source.MoveAsync(machine, target, lab.State.Address("h2", lab.State.Network("migration")));
        await moved.CancelAsync();
        Assert.DoesNotContain(GuestAgentSign.Answers, await asking);

        await target.UntilAsync(machine, GuestAgentSign.Silent);
        await RunningLab.Fault("guest-agent", "h2", machine.Name, "cont");
        var arrived = await target.UntilAsync(machine, GuestAgentSign.Answers);
        await RunningLab.Eventually("disk and CPU go on", async () => await target.PulseAsync(machine) is var later && Works(arrived, later));
        await target.CallAsync(new End(0, machine.Id));
    }

    private static bool Works(GuestPulse before, GuestPulse now) => now.DiskRequests > before.DiskRequests && now.Cpus.Single() > before.Cpus.Single() && now.At > before.At;
}
