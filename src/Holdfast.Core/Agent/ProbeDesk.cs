using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>Sends the probes of full size, and tells of each MTU hole once when it is seen and once when it is gone. The listener tells: only it has seen it.</summary>
internal sealed class ProbeDesk(AgentContext context)
{
    private readonly ImmutableArray<int> peers = [.. context.Settings.Hosts.Keys.Where(s => s != context.Settings.Slot)];
    private readonly HashSet<(string Network, int From)> holes = [];
    private Moment next;

    /// <summary>The size of the probes on a network; 0: none are sent, as this host's link there is not known or has no carrier.</summary>
    public static int Bytes(AgentContext context, string network) =>
        context.Conditions.Links.GetValueOrDefault(network) is { Carrier: true, Mtu: >= MtuProbe.LeastBytes and var mtu } ? Math.Min(mtu, MtuProbe.MostBytes) : 0;

    /// <summary>Looked at with every beat.</summary>
    public void Look()
    {
        var due = context.Now >= next;
        next = due ? context.Now + context.Plan.Probe : next;
        foreach (var network in context.Settings.Networks)
        {
            var bytes = Bytes(context, network.Name);
            foreach (var slot in peers)
            {
                Tell(network.Name, slot);
                if (due && bytes > 0)
                {
                    context.Out.Emit(new SendProbe(slot, new(context.Settings.Slot, context.Settings.BootId, network.Name, context.Now - Moment.Zero, bytes)));
                }
            }
        }
    }

    private void Tell(string network, int slot)
    {
        var bytes = context.Network.Holes(context.Now, network, slot).In;
        if (bytes == 0 && holes.Count == 0)
        {
            return;
        }

        if (bytes > 0 != holes.Contains((network, slot)))
        {
            var (from, to) = (context.Settings.NameOf(slot), context.Settings.Host);
            if (bytes > 0)
            {
                holes.Add((network, slot));
                context.Say("mtu-hole", $"packets of {bytes} bytes from {from} to {to} do not pass on network {network}, though smaller ones do: some device on the way has a smaller MTU", host: to);
            }
            else if (context.Network.Link(context.Now, network, slot) is LinkState.Ok or LinkState.OneWay)
            {
                holes.Remove((network, slot));
                context.Say("mtu-whole", $"packets of full size from {from} to {to} pass on network {network} again", host: to);
            }
        }
    }
}
