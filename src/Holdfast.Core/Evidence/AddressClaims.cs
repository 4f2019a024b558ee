using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>
/// Judges who says on the guest network that it has a machine's IP address: anybody but the machine itself is a second device, wherever the machine is, and also
/// while it does not run. A machine's MAC address goes with it, so a migration is no conflict.
/// </summary>
public sealed class AddressClaims
{
    /// <summary>A conflict of which nothing was heard for so long is over.</summary>
    public static readonly TimeSpan Over = TimeSpan.FromSeconds(60);

    /// <summary>Of one address: a flood of invented MAC addresses must not become a flood of events.</summary>
    private const int MostStrangers = 4;

    private readonly Dictionary<AddressConflict, (Moment Last, bool Told)> strangers = [];
    private ImmutableDictionary<string, KnownAddress> known = ImmutableDictionary<string, KnownAddress>.Empty;

    /// <summary>What is wrong now.</summary>
    public IEnumerable<AddressConflict> Conflicts => strangers.Where(s => s.Value.Told).Select(s => s.Key);

    /// <summary>Whose address it is, if it is a machine's.</summary>
    public KnownAddress? Of(string ip) => known.GetValueOrDefault(ip);

    /// <summary>A device has said that it has this address.</summary>
    public void Heard(Moment now, string ip, string mac)
    {
        var claim = new AddressConflict(ip, mac);
        if (IsStrange(claim) && (strangers.ContainsKey(claim) || strangers.Keys.Count(s => s.Ip == ip) < MostStrangers))
        {
            strangers[claim] = (now, strangers.GetValueOrDefault(claim).Told);
        }
    }

    /// <param name="addresses">All machines' addresses as they are now.</param>
    /// <returns>What has become wrong since the last look, and what is not any more.</returns>
    public (ImmutableArray<AddressConflict> New, ImmutableArray<AddressConflict> Gone) Look(Moment now, IEnumerable<KnownAddress> addresses)
    {
        known = addresses.DistinctBy(a => a.Ip).ToImmutableDictionary(a => a.Ip, StringComparer.Ordinal);
        var over = strangers.Where(s => !IsStrange(s.Key) || now - s.Value.Last > Over).ToList();
        foreach (var (conflict, _) in over)
        {
            strangers.Remove(conflict);
        }

        var fresh = strangers.Where(s => !s.Value.Told).Select(s => s.Key).ToImmutableArray();
        foreach (var conflict in fresh)
        {
            strangers[conflict] = (strangers[conflict].Last, true);
        }

        return (fresh, [.. over.Where(s => s.Value.Told).Select(s => s.Key)]);
    }

    private bool IsStrange(AddressConflict claim) => known.TryGetValue(claim.Ip, out var owner) && owner.Mac != claim.Mac;
}

/// <summary>An IP address that is known to be a machine's, and the MAC address that the machine has wherever it runs.</summary>
public sealed record KnownAddress(string Ip, string Machine, string Mac);

/// <summary>A device with this MAC address says that it has a machine's IP address.</summary>
public sealed record AddressConflict(string Ip, string Mac);
