using System.Diagnostics;
using Holdfast.Api;

namespace Holdfast.Lab;

/// <summary>From hosts that are on to a cluster that takes machines: every agent answers, the datastore is added and used by all.</summary>
internal sealed class LabReadiness(LabState lab, IProgress<string> progress)
{
    private const string Datastore = "shared";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(4);       // server.tcp-user-timeout of the store
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private readonly Stopwatch since = Stopwatch.StartNew();

    internal async Task Wait(CancellationToken cancel)
    {
        progress.Report("waiting for the agents");
        await Until(Answering, "does not answer", cancel);
        if (await AddDatastore(cancel))
        {
            progress.Report($"datastore {Datastore} added");
        }

        await Until(Ready, "is not ready", cancel);
    }

    private async Task Until(Func<string, CancellationToken, Task<string?>> reason, string what, CancellationToken cancel)
    {
        var said = "";
        while (true)
        {
            var waiting = new List<(string Host, string Reason)>();
            foreach (var host in lab.Hosts)
            {
                if (await Ask(host, reason, cancel) is { } why)
                {
                    waiting.Add((host, why));
                }
            }

            if (waiting.Count == 0)
            {
                return;
            }

            var (first, sentence) = waiting[0];
            if (since.Elapsed > Limit)
            {
                throw new LabException($"The agent of {first} {what} after {Limit.TotalSeconds:0} s: {sentence} Its logs are in {lab.Paths.Host(first).Logs}.");
            }

            if (since.Elapsed > TimeSpan.FromSeconds(5) && said != first + sentence)
            {
                said = first + sentence;
                progress.Report($"{string.Join(", ", waiting.Select(wait => wait.Host))}: {sentence}");
            }

            await Task.Delay(Step, cancel);
        }
    }

    private async Task<string?> Ask(string host, Func<string, CancellationToken, Task<string?>> reason, CancellationToken cancel)
    {
        try
        {
            return await reason(host, cancel);
        }
        catch (ApiException e)
        {
            return e.Message;
        }
    }

    private async Task<string?> Answering(string host, CancellationToken cancel)
    {
        using var client = Client(host);
        await client.StatusAsync(cancel);
        return null;
    }

    private async Task<string?> Ready(string host, CancellationToken cancel)
    {
        using var client = Client(host);
        var status = await client.StatusAsync(cancel);
        return !status.Ready ? status.Reason ?? "it gives no reason."
            : !status.Quorum ? "etcd has no quorum yet."
            : null;
    }

    /// <summary>False when the lab has it already.</summary>
    private async Task<bool> AddDatastore(CancellationToken cancel)
    {
        var said = "";
        while (true)
        {
            try
            {
                using var client = Client(lab.Hosts[0]);
                if ((await client.DatastoresAsync(cancel)).Any(store => store.Name == Datastore))
                {
                    return false;
                }

                var task = await client.AddDatastoreAsync(new AddDatastore(Datastore, "/holdfast/shared", Drain.TotalSeconds), cancel);
                await client.WaitAsync(task, TimeSpan.FromSeconds(30), cancel: cancel);
                return true;
            }
            catch (ApiException e) when (since.Elapsed < Limit)
            {
                if (said != e.Message && since.Elapsed > TimeSpan.FromSeconds(5))
                {
                    progress.Report($"datastore {Datastore}: {said = e.Message}");
                }
            }
            catch (ApiException e)
            {
                throw new LabException($"The datastore '{Datastore}' cannot be added: {e.Message} The logs are in {lab.Paths.Host(lab.Hosts[0]).Logs}.", e);
            }

            await Task.Delay(Step, cancel);
        }
    }

    private HoldfastClient Client(string host)
    {
        var socket = lab.Paths.Host(host).AgentSocket ?? throw new ApiException(ErrorCode.Unavailable, $"The host {host} is off.");
        return HoldfastClient.Unix(socket, local: true);
    }
}
