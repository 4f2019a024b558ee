using System.Collections.Concurrent;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Runtime.Ports;

namespace Holdfast.Runtime.Hosting;

/// <summary>Opens the lease areas of the datastores that an agent is told of, and tries again while one cannot be opened. Threads and time are the caller's.</summary>
/// <param name="enqueue">Runs something in the agent's own turn; drops it once the agent ends.</param>
/// <param name="later">Runs something after a time, anywhere.</param>
public sealed class DatastoreOpener(ILeaseAreas areas, ClusterId cluster, int slot, Driver driver, Action<Action> enqueue, Action<TimeSpan, Action> later)
{
    private readonly ConcurrentDictionary<string, string> known = new();

    /// <summary>Told again with the same name it changes nothing.</summary>
    public void Add(string name, string path, TimeSpan drain)
    {
        if (known.TryAdd(name, path))
        {
            Open(name, path, drain);
        }
    }

    private void Open(string name, string path, TimeSpan drain) => areas.Open(path, cluster, slot, (area, failure) => enqueue(() =>
    {
        if (area is not null)
        {
            driver.Opened(name, path, drain, area);
            return;
        }

        driver.Take(new DatastoreFailed(name, path, failure ?? "it cannot be opened"));
        later(AgentRhythm.ReopenEvery, () => Open(name, path, drain));
    }));
}
