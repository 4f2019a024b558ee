using Holdfast.Core.Agent;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>A host gives its word that a machine is gone only when no process of it that has ever executed is left there.</summary>
internal sealed class WordsAreTrue(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "words-are-true";

    public override void GaveWord(SimulatedHost host, IsGone word)
    {
        if (host.Guests.FirstOrDefault(g => g.Machine == word.Machine && g.Alive && g.Era > 0) is { } left)
        {
            Violated($"{host.Name} gives its word that {Cluster.NameOf(word.Machine)} of epoch {word.Epoch} is gone, and its process {left.Pid} is still there");
        }
    }
}
