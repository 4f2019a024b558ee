using Holdfast.Core.Agent;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Metrics;

/// <summary>What the cluster could lose, by what one agent believes now. Coarse on purpose: memory in sum. 'holdfast audit spof' is exact, and costs more than a scrape may.</summary>
internal static class Spare
{
    public static int HostsOf(HostSnapshot s)
    {
        var hosts = s.Hosts.Where(Takes).Select(h => (Free: h.FreeMemoryMiB, Used: Machines(s).Where(m => m.Owner == h.Slot).Sum(Memory))).OrderByDescending(h => h.Used).ToList();
        var n = 0;
        while (n + 1 < hosts.Count && hosts.Take(n + 1).Sum(h => h.Used) <= hosts.Skip(n + 1).Sum(h => h.Free))
        {
            n++;
        }

        return n;
    }

    /// <summary>Why no other host would run it if this one died; null: one would.</summary>
    public static string? Unprotected(HostSnapshot s, MachineView m) =>
        s.Disarmed is not null ? "disarmed"
        : m.Bound is not { } bound || (!double.IsFinite(bound.WithoutDeviceSeconds) && !(bound.WithDeviceSeconds is { } d && double.IsFinite(d))) ? "no proof of death"
        : NoTaker(s, m, _ => true);

    /// <summary>Why it cannot be moved live now; null: it can.</summary>
    public static string? Unmovable(HostSnapshot s, MachineView m) => m.State == "running" ? NoTaker(s, m, h => HasPath(s, h)) : $"it is {m.State}";

    private static string? NoTaker(HostSnapshot s, MachineView m, Func<PeerView, bool> reached)
    {
        var others = s.Hosts.Where(h => h.Slot != s.Slot && Takes(h)).ToList();
        return others.Count == 0 ? "no host takes machines"
            : !others.Any(reached) ? "no migration network"
            : !others.Any(h => reached(h) && h.FreeMemoryMiB >= Memory(m)) ? "no room"
            : null;
    }

    private static bool HasPath(HostSnapshot s, PeerView peer)
    {
        var carry = s.Picture.Networks.Any(n => n.Has(NetworkRoles.Migration)) ? NetworkRoles.Migration : NetworkRoles.Cluster;
        return s.Picture.Networks.Any(n => n.Has(carry) && peer.Networks.GetValueOrDefault(n.Name) == "ok");
    }

    private static bool Takes(PeerView h) => h is { State: "alive", Draining: false };

    private static IEnumerable<MachineView> Machines(HostSnapshot s) => s.Machines.IsDefault ? [] : s.Machines;

    private static long Memory(MachineView m) => m.Definition?.MemoryMiB ?? 0;
}
