using Holdfast.Core.Agent;
using Holdfast.Core.Model;

namespace Holdfast.Runtime.Hosting;

/// <summary>One host's running agent as the API layer sees it. All members may be called from any thread and none blocks.</summary>
public interface IAgent
{
    /// <summary>The latest complete snapshot; never null, never changes once given out.</summary>
    HostSnapshot Snapshot { get; }

    /// <summary>Set once before the start. Called from the agent's loop: the receiver queues and returns.</summary>
    Action<Decision>? Decided { get; set; }

    /// <summary>Perform an order. The task ends within a limit of the agent's own: null = done (and committed), else the refusal in one sentence.</summary>
    Task<string?> Order(AgentOrder order);

    /// <summary>Join a formatted datastore. Told again with the same name and path it changes nothing. Its state shows in the snapshot.</summary>
    void AddDatastore(string name, string path, TimeSpan drain);

    /// <summary>Take and fence nothing for this long; zero: go back to work.</summary>
    void SetHighAvailability(TimeSpan disarmedFor, string by);

    /// <summary>A machine's definition as its administrator wants it now; one that this agent has not met changes nothing.</summary>
    void Redefine(MachineDefinition definition);

    /// <summary>Take no machines and move those that are here to other hosts, or (not <paramref name="on"/>) take machines again.</summary>
    void SetDrain(bool on, string by);

    /// <summary>What the daemon has measured on this host; told about once a second and on every change.</summary>
    void Measured(HostConditions conditions);
}
