using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>
/// Judges where MAC addresses are seen on one host's guest bridge: a machine's address anywhere but where the machine is belongs to a second device, and so
/// does any address that keeps moving between two ports. A machine that moves between hosts is neither: its address is where it runs once it has settled.
/// </summary>
public sealed class MacWatch
{
    /// <summary>A sighting counts when the machine was at its place for so long before it and after it: a live migration moves the address within a second.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);

    /// <summary>A conflict of which nothing was seen for so long is over.</summary>
    public static readonly TimeSpan Over = TimeSpan.FromSeconds(60);

    private const int ManyMoves = 4;
    private const int MostSightings = 64;

    /// <summary>A flood of invented addresses must not eat the agent's memory.</summary>
    private const int MostAddresses = 10_000;

    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, List<Sighting>> sightings = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, (bool? Here, Moment Since)> places = [];
    private readonly Dictionary<MacConflict, Moment> known = [];

    /// <summary>What is wrong now.</summary>
    public IEnumerable<MacConflict> Conflicts => known.Keys;

    /// <summary>The port behind which an address was seen last; null: not within the last seconds.</summary>
    public string? PortOf(string mac) => sightings.TryGetValue(mac, out var list) ? list[^1].Port : null;

    /// <summary>A frame of an address has come in behind a port.</summary>
    /// <param name="age">How long ago the last one has.</param>
    public void Seen(Moment now, string mac, string port, TimeSpan age = default)
    {
        var at = now - age;
        if (age > MovesWithin)
        {
            return;
        }

        if (!sightings.TryGetValue(mac, out var list))
        {
            if (sightings.Count >= MostAddresses)
            {
                return;
            }

            sightings[mac] = list = [];
        }

        list.RemoveAll(s => now - s.At > MovesWithin);
        list.RemoveRange(0, Math.Max(0, list.Count + 1 - MostSightings));
        if (list is [] || list[^1].At < at)
        {
            list.Add(new(at, port));
        }
    }

    /// <param name="taps">Port of each machine's own card on this bridge, by MAC address; ports of machines that only arrive are among them.</param>
    /// <param name="uplink">The port behind which all other hosts are; null: not known.</param>
    /// <returns>What has become wrong since the last look, and what is not any more.</returns>
    public (ImmutableArray<MacConflict> New, ImmutableArray<MacConflict> Gone) Look(
        Moment now, IReadOnlyCollection<MachinePlacement> machines, IReadOnlyDictionary<string, string> taps, string? uplink)
    {
        Place(now, machines);
        var found = machines.SelectMany(m => OfMachine(now, m, taps.GetValueOrDefault(m.Mac), uplink))
            .Concat(sightings.Where(s => machines.All(m => m.Mac != s.Key)).SelectMany(s => Wandering(s.Key, s.Value))).ToList();
        var fresh = found.Where(f => !known.ContainsKey(f.Conflict)).Select(f => f.Conflict).Distinct().ToImmutableArray();
        foreach (var (conflict, at) in found)
        {
            known[conflict] = at;
        }

        var gone = known.Where(k => now - k.Value > Over).Select(k => k.Key).ToImmutableArray();
        foreach (var conflict in gone)
        {
            known.Remove(conflict);
        }

        Forget(now);
        return (fresh, gone);
    }

    private void Place(Moment now, IReadOnlyCollection<MachinePlacement> machines)
    {
        foreach (var machine in machines)
        {
            if (!places.TryGetValue(machine.Id, out var place) || place.Here != machine.IsHere)
            {
                places[machine.Id] = (machine.IsHere, now);
            }
        }

        foreach (var id in places.Keys.Except(machines.Select(m => m.Id)).ToList())
        {
            places.Remove(id);
        }
    }

    private IEnumerable<(MacConflict Conflict, Moment At)> OfMachine(Moment now, MachinePlacement machine, string? tap, string? uplink)
    {
        var since = places[machine.Id].Since;
        var settled = (sightings.GetValueOrDefault(machine.Mac) ?? []).Where(s => s.At - since >= Settle && now - s.At >= Settle);
        var strange = machine.IsHere switch
        {
            true when tap is not null => settled.Where(s => s.Port != tap),
            false when uplink is not null => settled.Where(s => s.Port != uplink && s.Port != tap),
            _ => [],
        };
        return strange.Select(s => (new MacConflict(machine.Mac, machine.Id, machine.IsHere == true ? tap : null, s.Port), s.At));
    }

    private static IEnumerable<(MacConflict Conflict, Moment At)> Wandering(string mac, List<Sighting> seen)
    {
        var moves = seen.Zip(seen.Skip(1)).Where(pair => pair.First.Port != pair.Second.Port).Select(pair => pair.Second).ToList();
        string[] ports = [.. moves.Select(m => m.Port).Distinct().Order(StringComparer.Ordinal)];
        return moves.Count >= ManyMoves && ports is [var one, var other, ..] ? [(new MacConflict(mac, null, one, other), moves[^1].At)] : [];
    }

    private void Forget(Moment now)
    {
        foreach (var (mac, _) in sightings.Where(s => now - s.Value[^1].At > MovesWithin).ToList())
        {
            sightings.Remove(mac);
        }
    }

    private readonly record struct Sighting(Moment At, string Port);
}

/// <param name="IsHere">It runs on this host (true) or on another one (false); null: neither for certain, as it moves, starts or is frozen, and nothing is judged.</param>
public sealed record MachinePlacement(Guid Id, string Mac, bool? IsHere);

/// <summary>One address in two places.</summary>
/// <param name="Machine">Whose address it is; null: no machine's of this cluster.</param>
/// <param name="Port">The port where it belongs, or the first of two; null: its machine is on another host.</param>
/// <param name="Other">The port behind which it was seen as well.</param>
public sealed record MacConflict(string Mac, Guid? Machine, string? Port, string Other);
