using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Agent;

/// <summary>What the core wants done. The driver does it through a port and posts the end, where there is one, as an <see cref="AgentInput"/>.</summary>
public abstract record AgentEffect;

/// <summary>Ends as <see cref="HypervisorEnded"/>.</summary>
public sealed record CallHypervisor(HypervisorCall Call) : AgentEffect;

/// <summary>Ends as <see cref="OperationEnded"/>.</summary>
public sealed record OrderGuard(long Op, GuardOrder Order) : AgentEffect;

/// <summary>Ends as <see cref="OperationEnded"/>.</summary>
public sealed record TellPeer(long Op, int Slot, PeerMessage Message) : AgentEffect;

/// <summary>Measure what a network carries from here to a peer, for a second at most. Ends as <see cref="PathMeasured"/>.</summary>
public sealed record MeasurePath(long Op, int Slot, string Network) : AgentEffect;

/// <summary>Ends as <see cref="OperationEnded"/>.</summary>
/// <param name="Level">Which of the host's devices, from 0.</param>
public sealed record FenceOff(long Op, string Host, int Level) : AgentEffect;

/// <summary>Ask a fence device for the state of its plug, whatever that is: the device works when it answers. Ends as <see cref="OperationEnded"/>.</summary>
public sealed record TestFence(long Op, string Host, int Level) : AgentEffect;

/// <summary>Ends as <see cref="DefinitionsLoaded"/>.</summary>
public sealed record LoadDefinitions(long Op, string Datastore, string Path) : AgentEffect;

/// <summary>Ends as <see cref="SlotsRead"/>.</summary>
public sealed record ReadSlots(long Op, string Datastore, ImmutableArray<int> Slots) : AgentEffect;

/// <summary>One of the lease register's disk operations; ends as <see cref="RegisterSaid"/>.</summary>
public sealed record RegisterIo(string Datastore, RegisterEffect Effect) : AgentEffect;

/// <summary>One heartbeat to one peer; nothing comes back.</summary>
public sealed record SendHeartbeat(int Slot, Heartbeat Heartbeat) : AgentEffect;

/// <summary>One probe to one peer; nothing comes back.</summary>
public sealed record SendProbe(int Slot, MtuProbe Probe) : AgentEffect;

/// <summary>A decision and its reason, to be kept.</summary>
public sealed record Decided(Decision Decision) : AgentEffect;

/// <summary>The end of an order: null = done.</summary>
public sealed record OrderEnded(long Order, string? Refusal) : AgentEffect;
