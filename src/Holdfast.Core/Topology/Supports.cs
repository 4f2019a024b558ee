using System.Collections;

namespace Holdfast.Core.Topology;

/// <summary>What each host and each datastore rests on, spare parts too: where one of these is down, something that still works works on less.</summary>
internal sealed class Supports
{
    private readonly Layout layout;
    private readonly int[][] plugged;
    private readonly ILookup<int, int> trunksOf;

    public Supports(Layout layout)
    {
        this.layout = layout;
        var cables = layout.Edges.Where(e => e.Role == EdgeRole.Plugged).ToLookup(e => e.From, e => layout.IndexOf(e.To));
        plugged = [.. layout.Components.Select(c => cables[c.Id].ToArray())];
        trunksOf = layout.Trunks.SelectMany(t => new[] { (Switch: t.One, Trunk: t.Index), (Switch: t.Other, Trunk: t.Index) }).ToLookup(p => p.Switch, p => p.Trunk);
        Hosts = [.. layout.Facts.Hosts.Select((h, n) => Of([layout.Hosts[n], .. Ports(layout.HostPorts[n]), .. layout.Fences[n].Select(f => f.Device)]))];
        Datastores = [.. layout.Facts.Datastores.Select((d, n) => Of([layout.Datastores[n], .. Ports(layout.DatastorePorts[n])]))];
    }

    /// <summary>By the order of the facts, then by component.</summary>
    public BitArray[] Hosts { get; }

    public BitArray[] Datastores { get; }

    private IEnumerable<int> Ports(Port[] ports) => ports.SelectMany(p => new[] { p.Nic, p.Link, layout.Networks[p.Network] });

    private BitArray Of(IEnumerable<int> begin)
    {
        var all = new BitArray(layout.Components.Length);
        var open = new Stack<int>(begin);
        while (open.TryPop(out var next))
        {
            if (all[next])
            {
                continue;
            }

            all[next] = true;
            foreach (var trunk in trunksOf[next])
            {
                // Not what is behind it: a switch of another rack carries nothing for this one.
                all[trunk] = true;
            }

            foreach (var other in layout.Needs[next].Concat(layout.OneOf[next]).Concat(plugged[next]))
            {
                open.Push(other);
            }
        }

        return all;
    }
}
