using Holdfast.Adapters.Network;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Hosting;

/// <summary>
/// Tells the guest network where a machine's IP addresses are now, when its CPUs have been started here: QEMU tells the switches its MAC address and knows no IP
/// addresses, and the guest may not know that anything has happened. And asks who else has them: the watch hears who answers.
/// </summary>
internal sealed class AddressAnnouncer(IArpPort port, Func<Guid, (MachineDefinition Definition, bool RunsHere)?> find)
{
    /// <summary>RFC 5227 announces twice, 2 s apart; the first may come while a switch still closes the port, so it is followed sooner as well.</summary>
    private static readonly TimeSpan[] Rounds = [TimeSpan.Zero, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(2)];

    public void Announce(Guid machine) => _ = AnnounceAsync(machine);

    internal async Task AnnounceAsync(Guid machine)
    {
        // The caller is in the middle of a hand-over, whose machine stands still meanwhile.
        await Task.Yield();
        var passed = TimeSpan.Zero;
        foreach (var at in Rounds)
        {
            if (at > passed)
            {
                await Task.Delay(at - passed);
                passed = at;
            }

            // Whoever called has just started it; what the agent has told of itself since then may be older at first.
            if (find(machine) is not { } found || (passed > TimeSpan.Zero && !found.RunsHere))
            {
                return;
            }

            Announce(found.Definition);
        }
    }

    private void Announce(MachineDefinition definition)
    {
        foreach (var ip in definition.Addresses)
        {
            port.Send(ArpFrame.Announcement(definition.Mac.ToLowerInvariant(), ip));
            if (port.Mac is { } own)
            {
                port.Send(ArpFrame.Probe(own, ip));
            }
        }
    }
}
