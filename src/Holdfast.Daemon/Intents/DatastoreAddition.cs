using System.Diagnostics;
using System.Security.Cryptography;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Linux.Survey;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Api;
using Holdfast.Core.Leases;
using Holdfast.Core.Storage;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Intents;

/// <summary>Formats a store's lease area (or takes the one that is there); null refusal = the area's id.</summary>
internal delegate Task<(Guid Area, string? Refusal)> FormatArea(string name, string path, TimeSpan? drain);

/// <summary>
/// Adds a datastore: the lease area is formatted, another host proves that it sees at once what this one writes, and etcd tells all hosts to open it.
/// </summary>
internal sealed class DatastoreAddition(DaemonOptions options, IAgent agent, EtcdIntentStore intent, PeerAgents peers, FormatArea format)
{
    private const int Rounds = 3;
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FileLimit = TimeSpan.FromSeconds(5);

    public async Task CheckAsync(AddDatastore request, CancellationToken cancel)
    {
        MachineRequests.Check(request);
        var (view, refusal) = await intent.FreshAsync(cancel);
        Refusals.Throw(refusal);
        if (view.Datastores.ContainsKey(request.Name))
        {
            throw new ApiException(ErrorCode.Conflict, $"A datastore named '{request.Name}' exists already; look at it with 'holdfast datastore show {request.Name}'.");
        }

        if (view.Datastores.Values.FirstOrDefault(d => d.Path == request.Path) is { } same)
        {
            throw new ApiException(ErrorCode.Conflict, $"{request.Path} is the datastore '{same.Name}' already.");
        }

        if (!await BlockingWork.RunAsync($"looking at {request.Path}", FileLimit, () => Directory.Exists(request.Path)))
        {
            throw new ApiException(ErrorCode.NotFound, $"There is no directory {request.Path} on {options.Host}; mount the store there on every host first.");
        }

        CheckTimers(request);
        await CheckMountAsync(request.Path);
        await CheckOldAreaAsync(request.Path);
    }

    private void CheckTimers(AddDatastore request)
    {
        if (request.FailoverSeconds is { } seconds && StoreTimers.Refusal(request.Name, TimingPlan.Find(options.Profile)!, TimeSpan.FromSeconds(seconds)) is { } contradiction)
        {
            throw new ApiException(ErrorCode.Conflict, contradiction);
        }
    }

    /// <summary>This host's mount; every host looks at its own again and again, and raises an alarm.</summary>
    private async Task CheckMountAsync(string path)
    {
        if (await StoreMounts.OfAsync(path) is { } mount && MountLint.Look(mount, shared: options.Hosts.Length > 1).FirstOrDefault(f => f.Refuses) is { } lie)
        {
            throw new ApiException(ErrorCode.Conflict, lie.Says);
        }
    }

    /// <summary>A lease area that is damaged, of another cluster or of another format is left as it is, whatever else may be wrong.</summary>
    private async Task CheckOldAreaAsync(string path)
    {
        try
        {
            await BlockingWork.RunAsync($"reading the lease area under {path}", FileLimit, () =>
                LeaseAreas.IsFormatted(path) ? LeaseAreas.ReadHeader(path, new ClusterId(options.ClusterId)) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new ApiException(ErrorCode.Failed, e.Message, e);
        }
    }

    public async Task<TaskResult?> RunAsync(AddDatastore request, TaskBoard.Work task)
    {
        task.Step("coherence");
        await ProveCoherenceAsync(request);
        task.Step("format");
        TimeSpan? drain = request.DrainSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var (area, refusal) = await format(request.Name, request.Path, drain);
        Refusals.Throw(refusal);
        if (intent.View.Datastores.Values.FirstOrDefault(d => d.AreaId == area) is { } copy)
        {
            throw new ApiException(ErrorCode.Conflict, $"{request.Path} has the same lease area as the datastore '{copy.Name}' ({copy.Path}): it is that store or a copy of it, and is refused.");
        }

        task.Step("announced");
        Refusals.Throw(await intent.AddDatastoreAsync(new IntentDatastore(request.Name, request.Path, request.DrainSeconds, area, options.Profile) { FailoverSeconds = request.FailoverSeconds }));
        task.Step("joining");
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < ReadyLimit; await Task.Delay(50))
        {
            if (agent.Snapshot.Datastores.FirstOrDefault(d => d.Name == request.Name) is { State: "ready" })
            {
                return new TaskResult { Host = options.Host };
            }
        }

        var view = agent.Snapshot.Datastores.FirstOrDefault(d => d.Name == request.Name);
        throw new ApiException(ErrorCode.Failed, $"The datastore '{request.Name}' was added, but {options.Host} is not ready on it after {ReadyLimit.TotalSeconds:0} s: {view?.Reason ?? "it has not been opened"}.");
    }

    /// <summary>Every other host that answers must read, each time, what was written here a moment before.</summary>
    private async Task ProveCoherenceAsync(AddDatastore request)
    {
        var probe = CoherenceProbe.FileIn(request.Path, Guid.NewGuid());
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                var token = RandomNumberGenerator.GetHexString(32);
                await BlockingWork.RunAsync("writing the probe", FileLimit, () => CoherenceProbe.Write(probe, token));
                var answers = await peers.ProbeAsync(probe);
                if (answers.FirstOrDefault(a => a.Seen != token) is { Host: { } host } wrong)
                {
                    throw new ApiException(ErrorCode.Failed, wrong.Seen is null
                        ? $"{host} does not see under {request.Path} what {options.Host} wrote there; mount the same store at that path on every host."
                        : $"{host} still reads old data under {request.Path} after {options.Host} wrote new: this store's caches are not coherent, so it cannot hold leases.");
                }

                if (answers.Count == 0 && options.Hosts.Length > 1)
                {
                    throw new ApiException(ErrorCode.Unavailable, $"No other host's agent answers, so nobody can prove that {request.Path} is shared; start holdfastd on another host first.");
                }
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            throw new ApiException(ErrorCode.Failed, $"{request.Path} cannot be used from {options.Host}: {e.Message}.");
        }
        finally
        {
            _ = BlockingWork.RunAsync("deleting the probe", FileLimit, () => CoherenceProbe.Delete(probe)).ContinueWith(t => t.Exception, TaskScheduler.Default);
        }
    }
}
