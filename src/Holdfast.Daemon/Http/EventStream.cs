using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Api;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Http;

/// <summary>
/// <c>GET /v1/events</c>: what has happened on all hosts whose agents answer, in order of time; with <c>follow=1</c> then each new event as it
/// comes. With <c>local=1</c> only this agent's own.
/// </summary>
internal sealed class EventStream(HostParts parts)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var after = long.TryParse(context.Request.Query["after"], CultureInfo.InvariantCulture, out var n) ? n : 0;
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(context.RequestAborted);
        var seen = await PastAsync(context, after);
        if (context.Request.Query["follow"] == "1")
        {
            await FollowAsync(context, seen, after);
        }
    }

    /// <summary>Everything so far; the answer is the last number of each host.</summary>
    private async Task<Dictionary<string, long>> PastAsync(HttpContext context, long after)
    {
        List<ClusterEvent> past = [.. parts.Events.After(after).Events];
        if (!context.IsLocal())
        {
            foreach (var (_, theirs) in await parts.Peers.AskAsync(parts.Views.Alive(), (client, cancel) => ListAsync(client, after, cancel), context.RequestAborted))
            {
                past.AddRange(theirs);
            }
        }

        foreach (var e in past.OrderBy(e => e.At))
        {
            await WriteAsync(context, e);
        }

        await context.Response.Body.FlushAsync(context.RequestAborted);
        return past.GroupBy(e => e.Host).ToDictionary(host => host.Key, host => host.Max(e => e.Number));
    }

    private async Task FollowAsync(HttpContext context, Dictionary<string, long> seen, long after)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, parts.Stopping);
        var fresh = Channel.CreateBounded<ClusterEvent>(1000);
        _ = OwnAsync(seen.GetValueOrDefault(parts.Options.Host, after), fresh.Writer, end.Token);
        foreach (var host in context.IsLocal() ? [] : parts.Peers.Hosts)
        {
            _ = TheirsAsync(host, seen.GetValueOrDefault(host, after), fresh.Writer, end.Token);
        }

        try
        {
            await foreach (var e in fresh.Reader.ReadAllAsync(end.Token))
            {
                await WriteAsync(context, e);
                await context.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or this agent ends.
        }
    }

    private async Task OwnAsync(long after, ChannelWriter<ClusterEvent> to, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var (events, more) = parts.Events.After(after);
            foreach (var e in events)
            {
                after = e.Number;
                await to.WriteAsync(e, cancel);
            }

            await more.WaitAsync(cancel);
        }
    }

    /// <summary>An agent that does not answer is asked again: a host that comes back tells its events too.</summary>
    private async Task TheirsAsync(string host, long after, ChannelWriter<ClusterEvent> to, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await parts.Peers.With(host, async client =>
                {
                    await foreach (var e in client.EventsAsync(after, follow: true, cancel))
                    {
                        after = e.Number;
                        await to.WriteAsync(e, cancel);
                    }
                });
            }
            catch (ApiException)
            {
                // Not there now.
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
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

    private static async Task WriteAsync(HttpContext context, ClusterEvent e)
    {
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(e, ApiJson.Default.ClusterEvent), context.RequestAborted);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
    }
}
