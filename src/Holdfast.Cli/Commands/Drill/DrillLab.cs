using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>A lab as a drill uses it: its hosts' own agents, and waiting for what they say.</summary>
internal sealed class DrillLab(string name)
{
    /// <summary>Kinds of event that a harmless fault must not bring about.</summary>
    internal static readonly string[] Harmful = ["suspected", "fencing", "fenced", "frozen", "taken-over"];

    public string Name => name;

    public IReadOnlyList<LabHostStatus> Hosts => LabCluster.Status(name).Hosts;

    public HoldfastClient Client(string host, bool shared = false) => HoldfastClient.Unix(LabCluster.AgentSocket(name, host), local: !shared);

    public HoldfastClient Any() => HoldfastClient.Unix(LabCluster.AgentSocket(name));

    public async Task<T> AskAsync<T>(string host, Func<HoldfastClient, Task<T>> ask, bool shared = false)
    {
        using var client = Client(host, shared);
        return await ask(client);
    }

    public Task FaultAsync(LabFault fault, CancellationToken cancel) => LabCluster.Fault(name, fault, cancel);

    /// <summary>Null when every host is ready, sees all others, and names nothing broken.</summary>
    public async Task<string?> NotWholeAsync(CancellationToken cancel)
    {
        var hosts = Hosts;
        foreach (var host in hosts)
        {
            if (host.Power != "on")
            {
                return $"{host.Name} is {host.Power}";
            }

            var status = await AskAsync(host.Name, c => c.StatusAsync(cancel));
            var other = status.Hosts.FirstOrDefault(h => h.State != HostState.Up);
            if (!status.Ready || !status.Quorum || other is not null)
            {
                return $"{host.Name}: {status.Reason ?? (other is not null ? $"{other.Name} is {other.State}" : "no quorum")}";
            }

            if ((await AskAsync(host.Name, c => c.NetworksAsync(cancel))).Culprits is [var culprit, ..])
            {
                return $"{host.Name} names {culprit}";
            }
        }

        return null;
    }

    /// <summary>What the hosts have told since a moment that a harmless fault must not bring about.</summary>
    public async Task<string[]> HarmAsync(DateTimeOffset since, CancellationToken cancel)
    {
        var harm = new List<string>();
        foreach (var host in Hosts.Where(h => h.Power == "on"))
        {
            using var client = Client(host.Name);
            await foreach (var e in client.EventsAsync(0, follow: false, cancel))
            {
                harm.AddRange(e.At > since && Harmful.Contains(e.Kind) ? [$"{e.Host}: {e.Kind}: {e.Text}"] : []);
            }
        }

        return [.. harm];
    }

    /// <summary>Polls until the check returns null, at most for a time; returns its last word, and how long it took. An agent that does not answer is a word too.</summary>
    public static async Task<(string? Not, TimeSpan After)> WaitAsync(TimeSpan limit, Func<CancellationToken, Task<string?>> check, CancellationToken cancel)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(100, cancel))
        {
            var not = await OneAsync(check, cancel);
            if (not is null || since.Elapsed > limit)
            {
                return (not, since.Elapsed);
            }
        }
    }

    private static async Task<string?> OneAsync(Func<CancellationToken, Task<string?>> check, CancellationToken cancel)
    {
        try
        {
            return await check(cancel);
        }
        catch (Exception e) when (e is ApiException or LabException)
        {
            return e.Message;
        }
    }
}
