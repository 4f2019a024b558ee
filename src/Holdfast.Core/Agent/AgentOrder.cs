namespace Holdfast.Core.Agent;

/// <summary>
/// What a person (through the API) wants of this agent's core. Its end comes as an <c>OrderEnded</c> effect with the same number:
/// null refusal = done, and committed where it needed a commit.
/// </summary>
public abstract record AgentOrder;

/// <summary>An order about one machine.</summary>
public abstract record MachineOrder(Guid Machine) : AgentOrder;

/// <summary>Enter a machine in the lease table of its home datastore (its folder exists already). Refused when it is there.</summary>
public sealed record AddMachine(Model.MachineDefinition Definition, bool Run) : MachineOrder(Definition.Id);

/// <summary>Wanted = run or stop. Any host may commit it. Stop means a clean shutdown by the owner.</summary>
public sealed record WantMachine(Guid Machine, bool Run) : MachineOrder(Machine);

/// <summary>Wanted = run, and this host claims it in the same commit. Refused when another host owns it or there is no room here.</summary>
public sealed record StartHere(Guid Machine) : MachineOrder(Machine);

/// <summary>End the machine's process here at once; only its owner may. Wanted becomes stop in the same commit.</summary>
public sealed record KillMachine(Guid Machine) : MachineOrder(Machine);

/// <summary>Remove a stopped (Free) machine from the lease table.</summary>
public sealed record RemoveMachine(Guid Machine) : MachineOrder(Machine);

/// <summary>Live-migrate; only the owner's agent can. Target null: the best host with room. Ends when the move has ended (see MoveView).</summary>
public sealed record MoveMachine(Guid Machine, int? Target, Guid Move) : MachineOrder(Machine);

/// <summary>Administrator's word that nothing runs this machine: any → Free. Logged with who and why.</summary>
public sealed record ForceFreeMachine(Guid Machine, string Who, string Why) : MachineOrder(Machine);

/// <summary>An order about another host. Who gives it, and why, is told with everything that follows from it.</summary>
public abstract record HostOrder(int Slot, string Who, string Why) : AgentOrder
{
    public string By => $"{Who} ({Why})";
}

/// <summary>Have the host's fence devices switch it off, alive or not, announced like any other fencing. Ends when one has confirmed off, or all have failed.</summary>
public sealed record FenceHost(int Slot, string Who, string Why) : HostOrder(Slot, Who, Why);

/// <summary>A person vouches that the host is off and stays off. Refused while it is still heard on any channel.</summary>
public sealed record ConfirmDead(int Slot, string Who, string Why) : HostOrder(Slot, Who, Why);
