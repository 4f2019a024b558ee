using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Views;

internal static class HostNames
{
    public static string Of(HostSnapshot snapshot, int slot) =>
        slot == snapshot.Slot ? snapshot.Host : snapshot.Hosts.FirstOrDefault(h => h.Slot == slot)?.Name ?? $"slot {slot}";
}
