using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Views;

/// <summary>The hosts as this agent sees them.</summary>
internal static class HostRows
{
    public static HostSummary[] Of(HostSnapshot snapshot) => [.. snapshot.Hosts.Select(h => Summary(snapshot, h))];

    public static HostDetail? Detail(HostSnapshot snapshot, DaemonOptions options, string name)
    {
        if (snapshot.Hosts.FirstOrDefault(h => h.Name == name) is not { } host)
        {
            return null;
        }

        var summary = Summary(snapshot, host);
        var self = host.Slot == snapshot.Slot;
        var known = options.Hosts.FirstOrDefault(h => h.Name == name);
        var cluster = options.Networks.First(n => n.Has("cluster")).Name;
        return new HostDetail
        {
            Name = summary.Name,
            State = summary.State,
            Verdict = summary.Verdict,
            Networks = summary.Networks,
            Datastores = summary.Datastores,
            Machines = summary.Machines,
            Load = summary.Load,
            Address = known?.Addresses.GetValueOrDefault(cluster),
            Slot = host.Slot,
            Incarnation = self ? snapshot.Datastores.Select(d => d.Incarnation.ToString()).FirstOrDefault() : null,
            MemoryFreeMiB = (int)Math.Min(int.MaxValue, host.FreeMemoryMiB),
            MemoryMiB = host.Load is { } load ? (int)Math.Min(int.MaxValue, load.MemoryMiB) : null,
            Cpus = host.Load?.Cpus,
            FenceDevices = [.. snapshot.FenceDevices.Where(d => d.Slot == host.Slot).Select(Device)],
            Evidence = [.. VerdictEvidence.Of(snapshot.Picture, host.Slot)],
            Row = self ? snapshot.Row.Number : null,
            Does = self ? snapshot.Row.Does : null,
            Drain = summary.Drain,
            DrainedBy = self ? snapshot.Drain?.By : null,
            Remaining = self && snapshot.Drain is { } drain ? Remaining(drain) : [],
            Leases = self ? [.. snapshot.Datastores.Select(d => new LeaseTime(d.Name, Math.Round(d.RightForMs / 1000, 3), d.State == "expired"))] : [],
        };
    }

    public static RemainingMachine[] Remaining(DrainView drain) => [.. drain.Machines.Select(m => new RemainingMachine(m.Name, m.Why, m.State == "stays"))];

    private static FenceDevice Device(FenceDeviceView d) => new(
        d.Name,
        d.State switch { "proven" => DeviceState.Proven, "failed" => DeviceState.Failed, _ => DeviceState.Unproven },
        DateTimeOffset.UtcNow - d.Age, d.Failure);

    private static HostSummary Summary(HostSnapshot snapshot, PeerView host) => new()
    {
        Name = host.Name,
        State = host.Slot == snapshot.Slot ? (snapshot.Ready ? HostState.Up : HostState.Joining) : State(host.State),
        Verdict = Verdict(snapshot, host.Slot),
        Networks = [.. host.Networks.Select(n => new Link(n.Key, HealthOf(n.Value), n.Value is "ok" ? null : n.Value))],
        Datastores = [.. host.Datastores.Select(d => new Link(d.Key, HealthOf(d.Value), d.Value is "ok" or "renews" or "ready" ? null : d.Value))],
        Drain = !host.Draining ? null : snapshot.Machines.Any(m => m.Owner == host.Slot || m.Target == host.Slot) ? DrainState.Draining : DrainState.Drained,
        Load = BalanceRows.Load(host.Load),
        Machines = [.. snapshot.Machines.Where(m => m.Owner == host.Slot).Select(m => m.Name).Order(StringComparer.Ordinal)],
    };

    private static string Verdict(HostSnapshot snapshot, int slot) => snapshot.Picture.Hosts.FirstOrDefault(h => h.Slot == slot) switch
    {
        null => IsolationVerdict.Word(Core.Evidence.Verdict.Unknown),
        { Presence: Presence.Dead } => "dead",
        _ => IsolationVerdict.Word(IsolationVerdict.Of(snapshot.Picture, slot)),
    };

    private static HostState State(string state) => state switch
    {
        "alive" => HostState.Up,
        "suspect" => HostState.Suspect,
        "fencing" => HostState.Silent,
        "dead" or "fenced" => HostState.Dead,
        "joining" => HostState.Joining,
        _ => HostState.Unknown,
    };

    public static Health HealthOf(string word) => word switch
    {
        "ok" or "renews" or "ready" => Health.Ok,
        "oneway" or "opening" or "joining" or "slow" => Health.Degraded,
        "lost" or "silent" or "expired" or "failed" => Health.Lost,
        _ => Health.Unknown,
    };
}
