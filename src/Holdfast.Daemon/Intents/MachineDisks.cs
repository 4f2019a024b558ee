using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Snapshots;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Storage;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Intents;

/// <summary>What a machine's disks consist of, and orders to change that. The order is the core's: it alone knows whether this host may.</summary>
internal sealed class MachineDisks(IAgent agent, EtcdIntentStore intent)
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(10);

    public async Task<TaskResult?> WorkAsync(MachineDetail row, DiskWork work, TaskBoard.Work task)
    {
        task.Step(work.Words);
        Refusals.Throw(await agent.Order(new WorkOnDisks(row.Id, work)), ErrorCode.Conflict);
        return new TaskResult { Host = row.Host };
    }

    /// <summary>Read from the datastore by this host; it asks nobody.</summary>
    public async Task<SnapshotReport> ReportAsync(MachineDetail row)
    {
        var definition = intent.View.Machines.GetValueOrDefault(row.Id)?.Definition ?? agent.Snapshot.Machines.FirstOrDefault(m => m.Id == row.Id)?.Definition
            ?? throw new ApiException(ErrorCode.Unavailable, $"The definition of {row.Name} is not known here; see 'holdfast vm show {row.Name}'.");
        var path = agent.Snapshot.Datastores.FirstOrDefault(d => d.Name == definition.Datastore)?.Path ?? intent.View.Datastores.GetValueOrDefault(definition.Datastore)?.Path
            ?? throw new ApiException(ErrorCode.Unavailable, $"The datastore '{definition.Datastore}' of {row.Name} is not known here; see 'holdfast datastore list'.");
        var folder = new ChainFolder(MachineFolder.Of(path, definition.Name));
        try
        {
            return await BlockingWork.RunAsync($"reading the snapshots of {row.Name}", ReadLimit, () =>
            {
                var chain = folder.Read(row.Id) ?? DiskChain.Of(definition);
                return SnapshotRows.Of(row.Name, chain, FaultOf(folder, chain), DateTimeOffset.UtcNow);
            });
        }
        catch (ChainException e)
        {
            return new SnapshotReport { Machine = row.Name, Fault = e.Message };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new ApiException(ErrorCode.Unavailable, $"The snapshots of {row.Name} cannot be read now: {e.Message}", e);
        }
    }

    private static string? FaultOf(ChainFolder folder, DiskChain chain)
    {
        try
        {
            folder.Check(chain, [.. chain.Active.Select(a => a.File), .. chain.Snapshots.SelectMany(s => s.Files).Select(f => f.File)]);
            return null;
        }
        catch (ChainException e)
        {
            return e.Message;
        }
    }
}
