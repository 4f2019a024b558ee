using System.Collections.Immutable;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Core.Evidence;

/// <summary>Whether a host shows itself to this one. Silence is not death: only <see cref="Dead"/> is, and it takes a proof.</summary>
public enum Presence
{
    /// <summary>Nothing was seen of it yet.</summary>
    Unknown,

    /// <summary>Heard on a network, or its slot on a datastore moves.</summary>
    Alive,

    /// <summary>It was seen, and is silent everywhere now.</summary>
    Silent,

    /// <summary>Its fence device has confirmed off, or a person vouches that it is off.</summary>
    Dead,
}

/// <summary>What this host knows of one host, itself too.</summary>
/// <param name="Heard">Per network, bit per slot: whom it hears there, by its own word not older than <c>suspect</c>; null: not known.</param>
/// <param name="Reach">Bit per slot: whom it reaches over any network, both ways, as its slot on a datastore says; null: not known.</param>
/// <param name="Flags">What it says of itself now; null: not known.</param>
/// <param name="Renews">Its slot moves on a datastore that this host can read; null: no datastore can be read, or none was seen yet.</param>
public sealed record HostPicture(
    int Slot, string Name, Presence Presence, ImmutableSortedDictionary<string, ulong>? Heard, ulong? Reach, HeartbeatFlags? Flags, bool? Renews)
{
    /// <summary>Why it counts as <see cref="Presence.Dead"/>: "its fence device has confirmed off" …</summary>
    public string? Death { get; init; }

    /// <summary>Networks on which its own link has no carrier, by its own word; a host that is not heard says nothing.</summary>
    public ImmutableSortedSet<string> Unplugged { get; init; } = [];

    /// <summary>Of another host.</summary>
    /// <param name="beat">Its newest heartbeat, if it is not older than <c>suspect</c>.</param>
    /// <param name="renews">As <see cref="Renews"/>.</param>
    /// <param name="block">Its slot where it renews.</param>
    /// <param name="seen">Something was seen of it ever.</param>
    /// <param name="death">As <see cref="Death"/>.</param>
    public static HostPicture Of(int slot, string name, Heartbeat? beat, bool? renews, HeartbeatBlock? block, bool seen, string? death)
    {
        var presence = death is not null ? Presence.Dead
            : beat is not null || renews == true ? Presence.Alive
            : seen ? Presence.Silent : Presence.Unknown;
        return new(slot, name, presence, beat?.Heard, block?.Reach, beat?.Flags ?? block?.Flags, renews) { Death = death, Unplugged = beat?.Unplugged ?? [] };
    }

    public bool Says(HeartbeatFlags flag) => Flags is { } flags && (flags & flag) != 0;

    /// <summary>It says that this is not so; unknown is not that.</summary>
    public bool Denies(HeartbeatFlags flag) => Flags is { } flags && (flags & flag) == 0;
}

/// <summary>
/// All that one host knows of the cluster at one moment: what it measured itself, what the others' heartbeats say and what their slots on the datastores say.
/// Verdict, isolation table and culprit are functions of it.
/// </summary>
public sealed record ClusterPicture(int Self, ImmutableArray<ClusterNetwork> Networks, ImmutableArray<HostPicture> Hosts)
{
    public HostPicture Of(int slot)
    {
        foreach (var host in Hosts)
        {
            if (host.Slot == slot)
            {
                return host;
            }
        }

        throw new ArgumentException($"The picture shows no host of slot {slot}.", nameof(slot));
    }

    public IEnumerable<HostPicture> Alive => Hosts.Where(h => h.Presence == Presence.Alive);

    /// <summary>Whether one host hears another on a network; null: not known.</summary>
    public static bool? Hears(HostPicture listener, HostPicture speaker, string network) =>
        listener.Heard is { } heard && heard.TryGetValue(network, out var bits) ? (bits & (1UL << speaker.Slot)) != 0 : null;

    /// <summary>A round trip between the two is proven over at least one network: by both bitmaps, or by the word of one in its slot.</summary>
    public bool Meet(HostPicture one, HostPicture other)
    {
        if (one.Heard is not null && other.Heard is not null)
        {
            foreach (var network in Networks)
            {
                if (Hears(one, other, network.Name) == true && Hears(other, one, network.Name) == true)
                {
                    return true;
                }
            }

            return false;
        }

        return Reaches(one, other) || Reaches(other, one);
    }

    /// <summary>The living hosts with a path to this one over living hosts, this one too, by slot.</summary>
    public ImmutableArray<HostPicture> PartOf(HostPicture host)
    {
        // Usually the host itself meets all others, and nothing is left for them to be asked about.
        List<HostPicture> part = [host];
        var left = Alive.Where(h => h.Slot != host.Slot).ToList();
        for (var next = 0; next < part.Count; next++)
        {
            for (var other = left.Count - 1; other >= 0; other--)
            {
                if (Meet(part[next], left[other]))
                {
                    part.Add(left[other]);
                    left.RemoveAt(other);
                }
            }
        }

        part.Sort((one, other) => one.Slot.CompareTo(other.Slot));
        return [.. part];
    }

    /// <summary>
    /// A living host that is in another part of the networks says in its slot that it reaches this one: silent here is not silent on all channels. Hosts of the own
    /// part hear what this one hears, and are not asked, as what their slots say of a host that has just died is older than that.
    /// </summary>
    public bool IsReachedElsewhere(int slot)
    {
        var self = Of(Self);
        return Alive.Any(h => h.Slot != slot && h != self && !Meet(self, h) && h.Reach is { } reach && (reach & (1UL << slot)) != 0);
    }

    private static bool Reaches(HostPicture one, HostPicture other) => one.Reach is { } reach && (reach & (1UL << other.Slot)) != 0;
}
