using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Agent;

/// <summary>Whether anything is under way in the cluster that is more urgent than to move machines for their ease.</summary>
internal static class SettledCluster
{
    private const HeartbeatFlags Troubled = HeartbeatFlags.Isolated | HeartbeatFlags.NoTable | HeartbeatFlags.Expired | HeartbeatFlags.Agentless;

    /// <summary>Rows of the isolation table in which machines may leave for their ease: all is well, or some migration network is not, and then there may be another.</summary>
    private const int MigrationLost = 12;
    private const int Normal = 13;

    /// <summary>Null: nothing is.</summary>
    public static string? WhyNot(AgentContext context)
    {
        var (situation, host) = (context.Situation, context.Settings.Host);
        return situation.Disarmed is not null ? $"{host} is disarmed"
            : situation.Draining is not null ? $"{host} is being drained"
            : situation.Row.Number is not (MigrationLost or Normal) ? $"{host} is in row {situation.Row.Number} of the isolation table ({situation.Row.When})"
            : !context.Conditions.Quorum ? "etcd has no quorum"
            : situation.Picture.Hosts.Where(h => h.Slot != context.Settings.Slot).Select(h => WhyNot(context, h)).FirstOrDefault(w => w is not null) ?? Tables(context);
    }

    private static string? WhyNot(AgentContext context, HostPicture host) =>
        host.Presence == Presence.Silent ? $"{host.Name} is silent"
        : host.Presence != Presence.Alive ? (HasMachines(context, host.Slot) ? $"{host.Name} is not seen alive and its machines are not recovered yet" : null)
        : host.Says(HeartbeatFlags.Draining) ? (HasMachines(context, host.Slot) ? $"{host.Name} is being drained" : null)
        : host.Says(HeartbeatFlags.Leaving) ? $"{host.Name} is disarmed"
        : host.Says(Troubled) ? $"{host.Name} says that it is not well ({host.Flags & Troubled})"
        : null;

    private static string? Tables(AgentContext context)
    {
        foreach (var area in context.AreasInOrder)
        {
            if (area.State != AreaState.Ready)
            {
                return $"datastore {area.Name} is not ready on {context.Settings.Host}";
            }

            if (area.Table.Hosts.Values.FirstOrDefault(h => h.Fencing is not null) is { } fenced)
            {
                return $"{fenced.Name} is being fenced";
            }

            if (area.Table.Machines.Values.FirstOrDefault(m => m is { State: LeaseState.Free, Wanted: WantedState.Run }) is { } waiting)
            {
                return $"{context.NameOf(waiting.Machine.Value)} waits for a host";
            }
        }

        return null;
    }

    private static bool HasMachines(AgentContext context, int slot) =>
        context.AreasInOrder.Any(area => area.Table.Machines.Values.Any(m => m.Owner?.Slot.Value == slot || m.Target?.Slot.Value == slot));
}
