using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Api;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Http;

/// <summary>
/// <c>GET /v1/events</c>: what has happened on all hosts whose agents answer, in order of time; with <c>follow=1</c> then each new event as it
/// comes. With <c>local=1</c> only this agent's own.
/// </summary>
internal sealed class EventStream(EventLog own, string host, PeerAgents peers, CancellationToken stopping)
{
    public static readonly Operation Operation = new(Needs.Viewer, "What has happened: a JSON object a line, each an event.")
    {
        Answer = ApiJson.Default.ClusterEvent,
        MediaType = "application/x-ndjson",
        Query = [new("after", "Only events of a higher number.", "integer"), new("follow", "1: go on with each new one.")],
    };

    /// <summary>How late another host's event may come. An open stream to each would be quicker, and would not notice a host that vanished without a goodbye.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);

    public async Task AnswerAsync(HttpContext context)
    {
        var after = long.TryParse(context.Request.Query["after"], CultureInfo.InvariantCulture, out var n) ? n : 0;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(end.Token);
        var others = context.IsLocal() ? [] : peers.Hosts.ToImmutableArray();
        var seen = others.Add(host).ToDictionary(h => h, _ => after);
        try
        {
            do
            {
                await WriteAsync(context.Response, await NewAsync(others, seen, end.Token), end.Token);
            }
            while (context.Request.Query["follow"] == "1" && await MoreAsync(seen[host], end.Token));
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or this agent ends.
        }
    }

    /// <summary>What has come on any host since the numbers in <paramref name="seen"/>, which go on. A host that does not answer is asked again next time.</summary>
    private async Task<List<ClusterEvent>> NewAsync(ImmutableArray<string> others, Dictionary<string, long> seen, CancellationToken cancel)
    {
        var theirs = others.IsEmpty ? [] : await peers.AskAsync(others, (of, client, limit) => ListAsync(client, seen[of], limit), cancel);
        List<ClusterEvent> fresh = [.. own.After(seen[host]).Events, .. theirs.SelectMany(t => t.Answer)];
        foreach (var of in fresh.GroupBy(e => e.Host))
        {
            seen[of.Key] = of.Max(e => e.Number);
        }

        return fresh;
    }

    /// <summary>Until this host has more, or it is time to ask the others again.</summary>
    private async Task<bool> MoreAsync(long after, CancellationToken cancel)
    {
        var (events, more) = own.After(after);
        if (events.Length == 0)
        {
            await Task.WhenAny(more, Task.Delay(AskEvery, cancel));
        }

        cancel.ThrowIfCancellationRequested();
        return true;
    }

    private static async Task<List<ClusterEvent>> ListAsync(HoldfastClient client, long after, CancellationToken cancel)
    {
        var all = new List<ClusterEvent>();
        await foreach (var e in client.EventsAsync(after, follow: false, cancel))
        {
            all.Add(e);
        }

        return all;
    }

    private static async Task WriteAsync(HttpResponse response, List<ClusterEvent> events, CancellationToken cancel)
    {
        foreach (var e in events.OrderBy(e => e.At))
        {
            await response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(e, ApiJson.Default.ClusterEvent), cancel);
            await response.Body.WriteAsync("\n"u8.ToArray(), cancel);
        }

        await response.Body.FlushAsync(cancel);
    }
}
