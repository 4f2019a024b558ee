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
/// <param name="MostPause">How long the guest may stand still for the last pass, at most; null: QEMU's own default, 300 ms.</param>
public sealed record MoveMachine(Guid Machine, int? Target, Guid Move, TimeSpan? MostPause = null) : MachineOrder(Machine);

/// <summary>
/// Say what <see cref="MoveMachine"/> would come to, and move nothing; only the owner's agent can. Ends within seconds, when the <see cref="PreflightView"/> with the id
/// <paramref name="Check"/> is in the snapshot.
/// </summary>
/// <param name="MostPause">As in <see cref="MoveMachine"/>.</param>
public sealed record CheckMove(Guid Machine, int? Target, Guid Check, TimeSpan? MostPause = null) : MachineOrder(Machine);

/// <summary>End the move away that is under way, as long as its hand-over has not begun; only the owner's agent can. Ends when the machine is seen running here.</summary>
public sealed record CancelMigration(Guid Machine) : MachineOrder(Machine);

/// <summary>
/// Shut it down here and have another host start it; only the owner's agent can. Target null: the best host with room. Ends when another host owns it, which then starts it.
/// </summary>
/// <param name="Patience">The guest has this long to shut down; after that it stays here.</param>
public sealed record RelocateMachine(Guid Machine, int? Target, TimeSpan Patience) : MachineOrder(Machine);

/// <summary>
/// Work on the files of its disks. Of a machine that runs, only the owner's agent can; of a stopped one, any: it takes the machine's right for that time and gives it back. Refused
/// while the machine moves or its storage is not well. Ends when the work has ended.
/// </summary>
public sealed record WorkOnDisks(Guid Machine, Storage.DiskWork Work) : MachineOrder(Machine);

/// <summary>
/// Administrator's word that nothing runs this machine: any → Free. Logged with who and why. The word is about the right that the administrator has looked at: refused when
/// the machine has another epoch by now.
/// </summary>
public sealed record ForceFreeMachine(Guid Machine, ulong Epoch, string Who, string Why) : MachineOrder(Machine);

/// <summary>An order about another host. Who gives it, and why, is told with everything that follows from it.</summary>
public abstract record HostOrder(int Slot, string Who, string Why) : AgentOrder
{
    public string By => $"{Who} ({Why})";
}

/// <summary>Have the host's fence devices switch it off, alive or not, announced like any other fencing. Ends when one has confirmed off, or all have failed.</summary>
public sealed record FenceHost(int Slot, string Who, string Why) : HostOrder(Slot, Who, Why);

/// <summary>A person vouches that the host is off and stays off. Refused while it is still heard on any channel.</summary>
public sealed record ConfirmDead(int Slot, string Who, string Why) : HostOrder(Slot, Who, Why);
