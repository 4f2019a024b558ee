using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Adapters.Network;

/// <summary>Who is where: this host's networks and every host's address on each. The first network is the preferred one for messages.</summary>
public sealed record NetworkMap(int Slot, ImmutableArray<LocalNetwork> Networks, ImmutableArray<HostAddresses> Hosts)
{
    internal HostAddresses? Find(int slot) => Hosts.FirstOrDefault(h => h.Slot == slot);
}

/// <summary>One network as this host is attached to it.</summary>
public sealed record LocalNetwork(string Name, IPAddress Address);

/// <summary>One host's addresses by the network's name.</summary>
public sealed record HostAddresses(string Name, int Slot, ImmutableSortedDictionary<string, IPAddress> Addresses);
