using Holdfast.Core.Agent;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Every decision is told with one sentence that says why, and one about a machine or a host names it.</summary>
internal sealed class EveryDecisionHasAReason(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "every-decision-has-a-reason";

    public override void Decided(SimulatedHost host, Decision decision)
    {
        if (decision.Kind.Length == 0 || decision.Text.Length < 10)
        {
            Violated($"{host.Name} decided '{decision.Kind}' and said '{decision.Text}'");
        }
    }
}
