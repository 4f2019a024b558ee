using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// Row 10 of the isolation table: the guest network is lost here and others provably have it, so the machines move there, live and a few at a time. Each
/// look starts anew from the row that holds: once the network is back, no further move begins.
/// </summary>
internal sealed class EvacuationDesk(AgentContext context, OrderDesk orders)
{
    private const int AtOnce = 2;

    /// <summary>
    /// What a peer says of its guest network may be this old: it measures once a second, and says so with the next beat. Only what it measured after this
    /// host's own loss shows that it is better off.
    /// </summary>
    internal static readonly TimeSpan ConditionsAge = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);
    private readonly HashSet<Guid> moving = [];
    private readonly Dictionary<Guid, Moment> notBefore = [];

    public void Look()
    {
        if (!context.Situation.Row.MigratesAway)
        {
            notBefore.Clear();
            return;
        }

        if (context.Situation.Held < context.Plan.Hold + ConditionsAge)
        {
            return;
        }

        foreach (var machine in context.Local.Values.OrderByDescending(m => context.Definitions.GetValueOrDefault(m.Id)?.Priority ?? 0).ThenBy(m => m.Id).ToList())
        {
            if (moving.Count >= AtOnce)
            {
                return;
            }

            Consider(machine);
        }
    }

    private void Consider(LocalMachine machine)
    {
        if (moving.Contains(machine.Id) || context.Now < notBefore.GetValueOrDefault(machine.Id, Moment.Zero) ||
            machine.Area.Table.Machine(new MachineId(machine.Id)) is not { Wanted: WantedState.Run } entry || !OrderDesk.CanLeave(machine, entry))
        {
            return;
        }

        if (orders.TargetWithGuestNetwork(machine) is not { } target)
        {
            notBefore[machine.Id] = context.Now + RetryAfter;
            context.Say("alarm", $"{context.NameOf(machine.Id)} stays on {context.Settings.Host} without its guest network: no host that has it has room and a migration network", machine.Id, context.Settings.Host);
            return;
        }

        moving.Add(machine.Id);
        context.Say("evacuating", $"{context.NameOf(machine.Id)} moves to {context.Settings.NameOf(target)}: the guest network of {context.Settings.Host} is lost, {context.Settings.NameOf(target)} has it", machine.Id, context.Settings.Host);
        orders.BeginMove(machine, target, context.Ids.Id(), _ =>
        {
            // A move that failed has said why, and the machine runs on here.
            moving.Remove(machine.Id);
            notBefore[machine.Id] = context.Now + RetryAfter;
        });
    }
}
