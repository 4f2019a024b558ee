using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Network;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Hosting;

/// <summary>Tells of a MAC address that is in two places: an event when it is seen, an alarm while it lasts. Nothing is decided by it.</summary>
internal sealed class DuplicateWatch : IDisposable
{
    private readonly DaemonOptions options;
    private readonly EventLog events;
    private readonly Func<Moment> now;
    private readonly MacWatch watch = new();
    private readonly Lock turn = new();
    private readonly BridgeSightings? sightings;
    private readonly string? uplink;
    private Func<Guid, (string Name, string Host)?> whose = _ => null;

    public DuplicateWatch(DaemonOptions options, EventLog events, Func<Moment> now)
    {
        (this.options, this.events, this.now) = (options, events, now);
        uplink = options.Networks.FirstOrDefault(n => n.Has("guest"))?.Interface is { } i && i != options.Bridge ? i : null;
        sightings = options.Bridge is { } bridge ? new BridgeSightings(bridge, Seen) : null;
    }

    public IEnumerable<string> Alarms
    {
        get
        {
            lock (turn)
            {
                return [.. watch.Conflicts.Select(Sentence)];
            }
        }
    }

    /// <summary>The port of the guest bridge behind which an address was seen last; null: not within the last seconds.</summary>
    public string? PortOf(string mac)
    {
        lock (turn)
        {
            return watch.PortOf(mac);
        }
    }

    public void Start() => sightings?.Start();

    public void Look(HostSnapshot snapshot, IntentView intent)
    {
        if (sightings is null)
        {
            return;
        }

        var machines = snapshot.Machines.Where(m => m.Owner >= 0).Select(m => (Row: m, Mac: intent.DefinitionOf(m)?.Mac))
            .Where(m => m.Mac is not null).DistinctBy(m => m.Row.Id).ToList();
        var places = machines.Select(m => new MachinePlacement(m.Row.Id, m.Mac!.ToLowerInvariant(), m.Row.State == "running" ? m.Row.Local : null)).ToList();
        var taps = sightings.Ports.Where(p => p.Value.StartsWith("fe:", StringComparison.Ordinal)).ToLookup(p => p.Value[3..], p => p.Key);
        lock (turn)
        {
            whose = id => machines.Find(m => m.Row.Id == id) is { Row: { } row } ? (row.Name, options.Hosts.FirstOrDefault(h => h.Slot == row.Owner)?.Name ?? "another host") : null;
            var (fresh, gone) = watch.Look(now(), places, places.Where(p => taps.Contains(p.Mac[3..])).DistinctBy(p => p.Mac).ToDictionary(p => p.Mac, p => taps[p.Mac[3..]].First()), uplink);
            foreach (var conflict in fresh)
            {
                events.Add("duplicate-address", NameOf(conflict), Sentence(conflict), options.Host);
            }

            foreach (var conflict in gone)
            {
                events.Add("duplicate-address-over", NameOf(conflict), $"not seen for {MacWatch.Over.TotalSeconds:0} s any more: {Sentence(conflict)}", options.Host);
            }
        }
    }

    public void Dispose() => sightings?.Dispose();

    private void Seen(string mac, string port, TimeSpan age)
    {
        lock (turn)
        {
            watch.Seen(now(), mac, port, age);
        }
    }

    private string? NameOf(MacConflict conflict) => conflict.Machine is { } id ? whose(id)?.Name : null;

    private string Sentence(MacConflict conflict)
    {
        var other = $"port {conflict.Other} of {options.Host}{(conflict.Other == uplink ? " (its uplink)" : "")}";
        var machine = conflict.Machine is { } id ? whose(id) ?? ("a machine that is gone", "another host") : default;
        return conflict.Machine is not null
            ? $"a second device has the MAC address {conflict.Mac} of {machine.Name}: the machine is {(conflict.Port is { } own ? $"on port {own} of {options.Host}" : $"on {machine.Host}")}, the other is behind {other}"
            : $"two devices have the MAC address {conflict.Mac}: one is behind port {conflict.Port} of {options.Host}, the other behind {other}";
    }
}
