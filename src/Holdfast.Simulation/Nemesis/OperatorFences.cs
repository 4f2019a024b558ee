using Holdfast.Core.Agent;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody orders that a host is fenced, also one that lives, is being fenced already, or is the one that is asked.</summary>
internal sealed class OperatorFences(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "host fenced by order";

    public override Action? Strike()
    {
        var asked = AnyHost();
        var target = Dice.Any(Cluster.Hosts);
        Where = $"{target.Name} by {asked?.Name}";
        Order(asked, new FenceHost(target.Index, "an operator", "it behaves badly"));
        return null;
    }
}
