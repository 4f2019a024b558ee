using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Adapters.Tests.Network;

/// <summary>Heartbeats of a host with the networks of <see cref="Loopback"/>.</summary>
internal static class Beats
{
    public static Heartbeat Of(int slot, Guid boot, string network, ulong sequence) => new(
        slot, boot, network, sequence, TimeSpan.FromSeconds(sequence), ImmutableSortedDictionary.Create<string, ulong>(StringComparer.Ordinal).Add("cluster", 0x8000_0000_0000_0001).Add("storage", 2),
        HeartbeatFlags.None, null);

    /// <summary>Dictionaries are compared by reference, so heartbeats are compared as text.</summary>
    public static string Text(Heartbeat beat) => JsonSerializer.Serialize(beat);
}
