namespace Holdfast.Core.Topology;

/// <summary>What is left of a layout without some components: who is up, who meets whom over which network, who reaches which datastore. Hosts are bits by slot.</summary>
internal sealed class Wiring
{
    private readonly Layout layout;
    private readonly bool[] up;

    /// <summary>By network, then by component: the switches that a switch is joined with have the same number.</summary>
    private readonly int[][] part;
    private readonly ulong[][] meets;
    private readonly bool[][] carriers;

    /// <param name="down">Components that are gone.</param>
    /// <param name="off">Slots of hosts that are off besides.</param>
    public Wiring(Layout layout, IEnumerable<int> down, ulong off = 0)
    {
        this.layout = layout;
        up = Up(down, off);
        part = [.. layout.Networks.Select((_, n) => Parts(n))];
        foreach (var (host, index) in layout.Facts.Hosts.Zip(layout.Hosts))
        {
            On |= up[index] ? 1UL << host.Slot : 0;
        }

        meets = [.. layout.Networks.Select((_, n) => Meeting(n))];
        carriers = [.. layout.Networks.Select((_, n) => layout.HostPorts.Select(ports => ports.Any(p => p.Network == n && Carries(p))).ToArray())];
        Stores = [.. layout.Datastores.Select((d, n) => up[d] ? Reaching(layout.DatastorePorts[n]) : 0)];
        Quorum = WithQuorum();
    }

    /// <summary>Hosts that are on.</summary>
    public ulong On { get; }

    /// <summary>By datastore, hosts that reach it.</summary>
    public ulong[] Stores { get; }

    /// <summary>Hosts whose etcd has a quorum.</summary>
    public ulong Quorum { get; }

    public bool IsUp(int component) => up[component];

    /// <summary>All that is down, what hangs on it too.</summary>
    public int[] Down => field ??= [.. Enumerable.Range(0, up.Length).Where(c => !up[c])];

    /// <summary>Whom a host meets on a network, without itself.</summary>
    public ulong Meets(int network, int slot) => meets[network][slot];

    /// <summary>The own link of the host has a carrier: one of its cables goes into a switch that is up.</summary>
    public bool Carrier(int network, int host) => carriers[network][host];

    /// <summary>One host can ask the other's fence device.</summary>
    public bool AsksDevice(int bySlot, int host, int level)
    {
        var device = layout.Fences[host][level];
        return up[device.Device] && (device.Cable is not { } cable || (Reaching([cable]) & (1UL << bySlot)) != 0);
    }

    /// <summary>Nothing that a decision could rest on differs.</summary>
    public bool IsSameFor(Wiring other) =>
        On == other.On && Quorum == other.Quorum && Stores.AsSpan().SequenceEqual(other.Stores) && meets.Zip(other.meets).All(p => p.First.AsSpan().SequenceEqual(p.Second)) &&
        carriers.Zip(other.carriers).All(p => p.First.AsSpan().SequenceEqual(p.Second)) && layout.Fences.SelectMany(f => f).All(f => up[f.Device] == other.up[f.Device] && CableWorks(f) == other.CableWorks(f));

    private bool CableWorks(FencePort device) => device.Cable is not { } cable || Carries(cable);

    private bool[] Up(IEnumerable<int> down, ulong off)
    {
        var left = new bool[layout.Components.Length];
        Array.Fill(left, true);
        foreach (var component in down.Concat(layout.DownNow))
        {
            left[component] = false;
        }

        foreach (var (host, index) in layout.Facts.Hosts.Zip(layout.Hosts))
        {
            left[index] &= (off & (1UL << host.Slot)) == 0;
        }

        for (var c = 0; c < left.Length; c++)
        {
            var (all, any) = (layout.Needs[c], layout.OneOf[c]);
            left[c] = left[c] && Array.TrueForAll(all, n => left[n]) && (any.Length == 0 || Array.Exists(any, n => left[n]));
        }

        return left;
    }

    private int[] Parts(int network)
    {
        var parts = Enumerable.Range(0, up.Length).ToArray();
        foreach (var trunk in layout.Trunks.Where(t => up[t.Index] && (t.Network < 0 || t.Network == network)))
        {
            var (one, other) = (parts[trunk.One], parts[trunk.Other]);
            foreach (var joined in layout.Switches)
            {
                parts[joined] = parts[joined] == other ? one : parts[joined];
            }
        }

        return parts;
    }

    private bool Carries(Port port) => up[port.Nic] && up[port.Switch] && up[layout.Networks[port.Network]];

    private bool Works(Port port) => Carries(port) && up[port.Link];

    /// <summary>By slot. A bond forwards nothing between its members, so two hosts meet only where both have a cable into switches that are joined.</summary>
    private ulong[] Meeting(int network)
    {
        var there = new Dictionary<int, ulong>();
        ForPorts(network, (slot, at) => there[at] = there.GetValueOrDefault(at) | (1UL << slot));
        var met = new ulong[Leases.Slot.Count];
        ForPorts(network, (slot, at) => met[slot] |= there[at] & ~(1UL << slot));
        return met;
    }

    private void ForPorts(int network, Action<int, int> look)
    {
        for (var host = 0; host < layout.HostPorts.Length; host++)
        {
            foreach (var port in layout.HostPorts[host])
            {
                if (port.Network == network && Works(port))
                {
                    look(layout.Facts.Hosts[host].Slot, part[network][port.Switch]);
                }
            }
        }
    }

    /// <summary>Hosts that meet one of these ports. What has none is reached over something that is not in this model, by every host that is on.</summary>
    private ulong Reaching(ReadOnlySpan<Port> ports)
    {
        if (ports.IsEmpty)
        {
            return On;
        }

        var reaching = 0UL;
        foreach (var port in ports)
        {
            if (Works(port))
            {
                var at = part[port.Network][port.Switch];
                ForPorts(port.Network, (slot, where) => reaching |= where == at ? 1UL << slot : 0);
            }
        }

        return reaching;
    }

    /// <summary>Members of etcd speak with each other, and every agent with them, on the first network of the role cluster.</summary>
    private ulong WithQuorum()
    {
        var network = layout.Facts.Networks.Select(n => n.Network.Has(Model.NetworkRoles.Cluster)).ToList().IndexOf(true);
        var members = layout.Etcd.Where(m => up[m.Index]).Aggregate(0UL, (all, m) => all | (1UL << m.Slot));
        var with = 0UL;
        foreach (var (slot, _) in layout.Etcd.Where(m => up[m.Index]))
        {
            var side = members & (Meets(network, slot) | (1UL << slot));
            with |= System.Numerics.BitOperations.PopCount(side) * 2 > layout.Etcd.Length ? (Meets(network, slot) & On) | (1UL << slot) : 0;
        }

        return with;
    }
}
