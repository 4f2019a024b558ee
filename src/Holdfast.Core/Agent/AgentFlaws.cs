namespace Holdfast.Core.Agent;

/// <summary>Protections of the agent left out on purpose, so that the simulator can show that its checkers notice each omission.</summary>
[Flags]
internal enum AgentFlaws
{
    None = 0,
}
