using Holdfast.Core.Agent;

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

    /// <summary>What the daemon has measured on this host; told about once a second and on every change.</summary>
    void Measured(HostConditions conditions);
}
