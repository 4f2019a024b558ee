namespace Holdfast.Core.Agent;

/// <summary>
/// What a person (through the API) wants of this agent's core. Its end comes as an <c>OrderEnded</c> effect with the same number:
/// null refusal = done, and committed where it needed a commit.
/// </summary>
public abstract record AgentOrder(Guid Machine);

/// <summary>Enter a machine in the lease table of its home datastore (its folder exists already). Refused when it is there.</summary>
public sealed record AddMachine(Model.MachineDefinition Definition, bool Run) : AgentOrder(Definition.Id);

/// <summary>Wanted = run or stop. Any host may commit it. Stop means a clean shutdown by the owner.</summary>
public sealed record WantMachine(Guid Machine, bool Run) : AgentOrder(Machine);

/// <summary>Wanted = run, and this host claims it in the same commit. Refused when another host owns it or there is no room here.</summary>
public sealed record StartHere(Guid Machine) : AgentOrder(Machine);

/// <summary>End the machine's process here at once; only its owner may. Wanted becomes stop in the same commit.</summary>
public sealed record KillMachine(Guid Machine) : AgentOrder(Machine);

/// <summary>Remove a stopped (Free) machine from the lease table.</summary>
public sealed record RemoveMachine(Guid Machine) : AgentOrder(Machine);

/// <summary>Live-migrate; only the owner's agent can. Target null: the best host with room. Ends when the move has ended (see MoveView).</summary>
public sealed record MoveMachine(Guid Machine, int? Target, Guid Move) : AgentOrder(Machine);

/// <summary>Administrator's word that nothing runs this machine: any → Free. Logged with who and why.</summary>
public sealed record ForceFreeMachine(Guid Machine, string Who, string Why) : AgentOrder(Machine);
