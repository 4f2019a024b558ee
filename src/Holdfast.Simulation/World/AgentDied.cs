namespace Holdfast.Simulation.World;

/// <summary>Unwinds an agent that was killed between two of its effects. Not an error: the simulator throws and catches it itself.</summary>
internal sealed class AgentDied : Exception;
