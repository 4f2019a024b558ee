using Holdfast.Core.Agent;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>
/// Somebody vouches for a host that is off; or, by mistake, for one that lives and shows it, which must be refused. Never for one that lives and is silent
/// everywhere: what comes of that word nobody but that person can answer for (docs/operations/fencing.md).
/// </summary>
internal sealed class OperatorConfirmsDead(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "host confirmed dead by order";

    public override Action? Strike()
    {
        var candidates = Cluster.Hosts.Where(h => !h.On || Shows(h)).ToList();
        if (candidates.Count == 0 || AnyHost() is not { } asked)
        {
            return null;
        }

        var off = candidates.Where(h => !h.On).ToList();
        var target = Dice.Any(off.Count > 0 && Dice.Chance(0.8) ? off : candidates);
        Where = $"{target.Name} by {asked.Name}";
        Order(asked, new ConfirmDead(target.Index, "an operator", "its plug is pulled"));
        return null;
    }

    /// <summary>It writes to its store as usual, so that whoever can read that cannot take it for silent.</summary>
    private bool Shows(SimulatedHost host) => host is { On: true, Hung: false } && Cluster.Timeline.Now - host.LastRenewed < Cluster.Plan.Renew * 2;
}
