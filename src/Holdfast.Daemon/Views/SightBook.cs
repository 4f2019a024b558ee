using System.Collections.Concurrent;
using Holdfast.Core.Topology;

namespace Holdfast.Daemon.Views;

/// <summary>What each host has said last of its own cables: those of a host that does not answer now are still there.</summary>
internal sealed class SightBook(string self, Func<HostSight> own, PeerAgents peers)
{
    private readonly ConcurrentDictionary<string, HostSight> said = [];

    public HostSight Own => own();

    /// <summary>By host; who never answered is missing. Takes at most <see cref="PeerAgents.Patience"/>.</summary>
    /// <param name="hosts">Who is asked.</param>
    public async Task<IReadOnlyDictionary<string, HostSight>> AskAsync(IEnumerable<string> hosts, CancellationToken cancel)
    {
        foreach (var (host, answer) in await peers.AskAsync(hosts, (c, t) => c.SightAsync(t), cancel))
        {
            said[host] = SightRows.Of(answer);
        }

        said[self] = own();
        return said;
    }
}
