using Holdfast.Core.Agent;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>One of the two hosts of a move.</summary>
internal sealed class HandOverHost(int slot, GuardModel guard)
{
    public int Slot { get; } = slot;

    public GuardModel Guard { get; } = guard;

    /// <summary>Null while no agent runs.</summary>
    public HostAgent? Agent { get; set; }

    public Moment Now { get; set; } = Moment.At(TimeSpan.FromSeconds(1000));

    public bool Off { get; set; }

    /// <summary>It does not reach the storage.</summary>
    public bool Cut { get; set; }

    /// <summary>Disk operations that wait for the storage.</summary>
    public List<AgentEffect> Waiting { get; } = [];

    /// <summary>Hypervisor calls under way.</summary>
    public List<HypervisorCall> Calls { get; } = [];

    public Queue<AgentInput> Inbox { get; } = new();

    public Copy? Copy { get; set; }

    public int Boots { get; set; }
}

/// <summary>A message between the agents.</summary>
internal sealed record Letter(int From, int To, long Op, int Boot, PeerMessage Message);
