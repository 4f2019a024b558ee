using System.Collections.Immutable;

namespace Holdfast.Core.Evidence;

/// <summary>Who is cut off, as far as this can be known. Nothing destructive is ever done on <see cref="Unknown"/>.</summary>
public enum Verdict
{
    Unknown,

    /// <summary>There is a path to every living host.</summary>
    Connected,

    /// <summary>It reaches nobody, and others reach each other.</summary>
    Isolated,

    /// <summary>It reaches some living hosts, not all, and no more than half of the cluster is on its side.</summary>
    PartitionMinority,

    /// <summary>It reaches some living hosts, not all, and more than half of the cluster is on its side.</summary>
    PartitionMajority,

    /// <summary>No living host reaches any other.</summary>
    NetworkDead,
}

/// <summary>DESIGN §5's first question, answered from a picture alone.</summary>
public static class IsolationVerdict
{
    /// <summary>How one host stands, seen by the picture's owner.</summary>
    public static Verdict Of(ClusterPicture picture, int slot)
    {
        var host = picture.Of(slot);
        var alive = picture.Alive.ToImmutableArray();
        if (host.Presence != Presence.Alive)
        {
            return Verdict.Unknown;
        }

        if (alive.Length == 1)
        {
            // Nobody else shows itself. Whether they are dead or this host is cut off from everything is not known, unless each was proven dead.
            return picture.Hosts.All(h => h == host || h.Presence == Presence.Dead) ? Verdict.Connected : Verdict.Unknown;
        }

        var part = picture.PartOf(host);
        return part.Length == alive.Length ? Verdict.Connected
            : part.Length > 1 ? part.Length * 2 > picture.Hosts.Length ? Verdict.PartitionMajority : Verdict.PartitionMinority
            : Alone(picture, [.. alive.Where(h => h != host)]);
    }

    /// <summary>"connected", "partition minority" …</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.PartitionMinority => "partition minority",
        Verdict.PartitionMajority => "partition majority",
        Verdict.NetworkDead => "network dead",
        _ => verdict.ToString().ToLowerInvariant(),
    };

    private static Verdict Alone(ClusterPicture picture, ImmutableArray<HostPicture> others) =>
        others.Any(one => others.Any(other => one.Slot < other.Slot && picture.Meet(one, other))) ? Verdict.Isolated
        : others.All(h => h.Heard is not null || h.Reach is not null) ? Verdict.NetworkDead
        : Verdict.Unknown;
}
