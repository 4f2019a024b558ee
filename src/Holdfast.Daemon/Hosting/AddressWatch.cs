using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Network;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Hosting;

/// <summary>
/// Tells of a device that says on the guest network that it has a machine's IP address: an event within a few seconds, an alarm while it lasts. Nothing is decided by it.
/// </summary>
internal sealed class AddressWatch : IDisposable
{
    /// <summary>The bridge's table is read once a second, and its kernel does not tell of an address that stays where it is: the event waits for the place, at most for so long.</summary>
    private static readonly TimeSpan PlaceLimit = TimeSpan.FromSeconds(3);
    private readonly string host;
    private readonly EventLog events;
    private readonly Func<Moment> now;
    private readonly IArpPort port;
    private readonly Func<string, string?> placeOf;
    private readonly AddressClaims claims = new();
    private readonly Dictionary<AddressConflict, Moment> untold = [];
    private readonly Lock turn = new();
    private ILookup<string, string> machinesByMac = Enumerable.Empty<string>().ToLookup(name => name);

    /// <param name="placeOf">The port of this host's bridge behind which a MAC address was seen last.</param>
    public AddressWatch(string host, EventLog events, Func<Moment> now, IArpPort port, Func<string, string?> placeOf)
    {
        (this.host, this.events, this.now, this.port, this.placeOf) = (host, events, now, port, placeOf);
        port.Heard += Heard;
    }

    public IEnumerable<string> Alarms
    {
        get
        {
            lock (turn)
            {
                return [.. claims.Conflicts.Select(Sentence)];
            }
        }
    }

    public void Look(HostSnapshot snapshot, IntentView intent)
    {
        var definitions = intent.Machines.Values.Select(m => m.Definition)
            .Concat(snapshot.Machines.Where(m => !intent.Machines.ContainsKey(m.Id)).Select(m => m.Definition).OfType<Core.Model.MachineDefinition>()).ToList();
        lock (turn)
        {
            machinesByMac = definitions.ToLookup(d => d.Mac.ToLowerInvariant(), d => d.Name);
            var (fresh, gone) = claims.Look(now(), definitions.SelectMany(d => d.Addresses.Select(ip => new KnownAddress(ip, d.Name, d.Mac.ToLowerInvariant()))));
            foreach (var conflict in fresh)
            {
                untold[conflict] = now();
            }

            foreach (var (conflict, _) in untold.Where(u => placeOf(u.Key.Mac) is not null || now() - u.Value >= PlaceLimit).ToList())
            {
                untold.Remove(conflict);
                events.Add("duplicate-address", claims.Of(conflict.Ip)?.Machine, Sentence(conflict), host);
            }

            foreach (var conflict in gone)
            {
                events.Add("duplicate-address-over", claims.Of(conflict.Ip)?.Machine, $"not heard for {AddressClaims.Over.TotalSeconds:0} s any more, or no machine's address now: {Sentence(conflict)}", host);
            }
        }
    }

    public void Dispose() => port.Heard -= Heard;

    private void Heard(ArpFrame frame)
    {
        if (frame.IsClaim)
        {
            lock (turn)
            {
                claims.Heard(now(), frame.SenderIp, frame.SenderMac);
            }
        }
    }

    private string Sentence(AddressConflict conflict)
    {
        var device = machinesByMac[conflict.Mac].FirstOrDefault() is { } other ? $"machine {other}" : "a second device";
        var owner = claims.Of(conflict.Ip) is { } known ? $" of {known.Machine}" : "";
        var place = placeOf(conflict.Mac) is { } behind ? $", seen behind port {behind} of {host}" : "";
        return $"{device} claims the IP address {conflict.Ip}{owner}: its MAC address is {conflict.Mac}{place}";
    }
}
