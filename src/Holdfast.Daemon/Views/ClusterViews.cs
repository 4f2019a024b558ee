using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Daemon.Options;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Views;

/// <summary>Answers questions about the cluster: what this agent knows, made better by what the owners say of their own machines.</summary>
internal sealed class ClusterViews(DaemonOptions options, IAgent agent, EtcdIntentStore intent, PeerAgents peers)
{
    public IReadOnlyList<MachineDetail> Local => MachineRows.Of(agent.Snapshot, intent.View);

    public async Task<IReadOnlyList<MachineDetail>> MachinesAsync(bool local, CancellationToken cancel)
    {
        var rows = Local.ToDictionary(r => r.Id, r => (Row: r, From: options.Host));
        if (!local)
        {
            // The table names the owners; a host without a table of its own asks everybody.
            var owners = agent.Snapshot.Machines.IsDefaultOrEmpty ? Alive() : rows.Values.Select(r => r.Row.Host).OfType<string>().Distinct();
            foreach (var (host, theirs) in await peers.AskAsync(owners.Intersect(Alive()), (c, t) => c.MachinesAsync(t), cancel))
            {
                foreach (var row in theirs.Where(r => r.Host == host))
                {
                    Merge(rows, Widened(row, rows.TryGetValue(row.Id, out var mine) ? mine.Row : null), host);
                }
            }
        }

        return [.. rows.Values.Select(r => r.Row).OrderBy(r => r.Name, StringComparer.Ordinal)];
    }

    /// <summary>One machine: at once, also when it was created through another agent a moment ago. Throws the sentence when nobody knows it.</summary>
    public async Task<MachineDetail> MachineAsync(string name, bool local, CancellationToken cancel)
    {
        var mine = Local.FirstOrDefault(r => r.Name == name);
        if (local)
        {
            return mine ?? throw Unknown(name);
        }

        if (mine is null && await intent.FreshAsync(cancel) is { Refusal: null })
        {
            mine = Local.FirstOrDefault(r => r.Name == name);
        }

        var best = (Row: mine, From: options.Host);
        if (mine?.Host != options.Host)
        {
            var whom = mine is { Epoch: > 0, Host: { } owner } ? Alive().Where(h => h == owner) : Alive();
            foreach (var (host, row) in await peers.AskAsync(whom, (c, t) => c.MachineAsync(name, t), cancel))
            {
                best = best.Row is null || ReferenceEquals(MachineRows.Better(best.Row, best.From, row, host), row) ? (row, host) : best;
            }
        }

        return best.Row ?? throw Unknown(name);
    }

    public IEnumerable<string> Alive() => agent.Snapshot.Hosts.Where(h => h.Slot != agent.Snapshot.Slot && h.State is not ("dead" or "fenced")).Select(h => h.Name);

    private static void Merge(Dictionary<Guid, (MachineDetail Row, string From)> rows, MachineDetail row, string from)
    {
        if (!rows.TryGetValue(row.Id, out var present) || ReferenceEquals(MachineRows.Better(present.Row, present.From, row, from), row))
        {
            rows[row.Id] = (row, from);
        }
    }

    private static MachineDetail Widened(MachineSummary row, MachineDetail? mine) => (mine ?? new MachineDetail { Name = row.Name, Id = row.Id, Desired = row.Desired, State = row.State, Epoch = row.Epoch }) with
    {
        Name = row.Name,
        Desired = row.Desired,
        State = row.State,
        Host = row.Host,
        Epoch = row.Epoch,
        Reason = row.Reason,
        Priority = row.Priority,
        MemoryMiB = row.MemoryMiB,
        Cpus = row.Cpus,
        Datastore = row.Datastore,
    };

    private static ApiException Unknown(string name) => new(ErrorCode.NotFound, $"No machine is named '{name}'; 'holdfast vm list' shows all.");
}
