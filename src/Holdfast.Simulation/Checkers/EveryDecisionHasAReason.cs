using Holdfast.Core.Agent;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Every decision is told with one sentence that says why, one about a machine names it, and every order that is refused says why.</summary>
internal sealed class EveryDecisionHasAReason(SimulatedCluster cluster) : Checker(cluster)
{
    private const int ShortestSentence = 10;

    public override string Name => "every-decision-has-a-reason";

    public override void Decided(SimulatedHost host, Decision decision)
    {
        if (decision.Kind.Length == 0 || decision.Text.Length < ShortestSentence)
        {
            Violated($"{host.Name} decided '{decision.Kind}' and said '{decision.Text}'");
        }
        else if (decision.Machine is { } machine && !Names(decision.Text, machine))
        {
            Violated($"{host.Name} decided '{decision.Kind}' about {Cluster.NameOf(machine)}, and said '{decision.Text}', which does not name it");
        }
    }

    public override void OrderEnded(SimulatedHost host, AgentOrder order, string? refusal)
    {
        if (refusal is { Length: < ShortestSentence })
        {
            Violated($"{host.Name} refused {order} and said '{refusal}'");
        }
    }

    /// <summary>An agent that has not read the definition yet names the machine by its id.</summary>
    private bool Names(string text, Guid machine) =>
        text.Contains(Cluster.NameOf(machine), StringComparison.Ordinal) || text.Contains(machine.ToString("N")[..8], StringComparison.Ordinal);
}
