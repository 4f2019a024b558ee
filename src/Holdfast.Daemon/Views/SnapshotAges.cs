using System.Diagnostics;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Agent;
using Holdfast.Core.Topology;

namespace Holdfast.Daemon.Views;

/// <summary>The oldest snapshot of each machine, read from the machines' folders.</summary>
internal static class SnapshotAges
{
    /// <summary>For all machines together; of those that it does not come to nothing is known.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(4);

    /// <summary>A store that hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    public static async Task<IReadOnlyDictionary<Guid, SnapshotFacts>> OfAsync(HostSnapshot snapshot, IntentView intent)
    {
        try
        {
            return await BlockingWork.RunAsync("reading the machines' snapshots", Limit, () => Read(snapshot, intent));
        }
        catch (TimeoutException)
        {
            return new Dictionary<Guid, SnapshotFacts>();
        }
    }

    private static Dictionary<Guid, SnapshotFacts> Read(HostSnapshot snapshot, IntentView intent)
    {
        var (oldest, since) = (new Dictionary<Guid, SnapshotFacts>(), Stopwatch.StartNew());
        foreach (var machine in snapshot.Machines.TakeWhile(_ => since.Elapsed < Enough))
        {
            if (snapshot.Datastores.FirstOrDefault(d => d.Name == machine.Datastore)?.Path is { } path && intent.DefinitionOf(machine) is { } definition && OldestIn(MachineFolder.Of(path, definition.Name), machine.Id) is { } one)
            {
                oldest[machine.Id] = one;
            }
        }

        return oldest;
    }

    /// <summary>Null: there is none, or what is there cannot be read; 'snapshot list' says why.</summary>
    private static SnapshotFacts? OldestIn(string folder, Guid machine)
    {
        try
        {
            return new ChainFolder(folder).Read(machine) is { Snapshots.Length: > 0 } chain && chain.Snapshots.MinBy(s => s.TakenAt) is { } first
                ? new(first.Name, DateTimeOffset.UtcNow - first.TakenAt, chain.Depth) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ChainException)
        {
            return null;
        }
    }
}
