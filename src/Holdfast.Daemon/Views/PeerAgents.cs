using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Holdfast.Api;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Views;

/// <summary>The other hosts' agents, asked only for what they know by themselves (<c>?local=1</c>), so that no question goes round in circles.</summary>
internal sealed class PeerAgents : IDisposable
{
    /// <summary>An agent that has not answered by then is left out of a list.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.7);

    /// <summary>Between agents only; not part of the published API.</summary>
    public const string ProbeRoute = "/v1/internal/probe";

    private static readonly string[] PassedBack = ["Location", "ETag", "Retry-After"];

    private readonly ImmutableSortedDictionary<string, HoldfastClient> clients;
    private readonly ImmutableSortedDictionary<string, Uri> addresses;

    // A connection of its own for each order that is passed on: one kept open to a host that has been reset since refuses the next order although the new
    // agent is well, and an order that was already sent cannot be sent again without knowing whether it was taken.
    private readonly HttpClient http;
    private readonly Sealing sealing;

    public PeerAgents(DaemonOptions options, Sealing sealing)
    {
        this.sealing = sealing;
        http = new(sealing.Through(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(3), PooledConnectionLifetime = TimeSpan.Zero })) { Timeout = Timeout.InfiniteTimeSpan };
        var port = options.Listen is { } listen ? IPEndPoint.Parse(listen).Port : Routes.DefaultPort;
        var cluster = options.Networks.Where(n => n.Has("cluster")).Select(n => n.Name).ToArray();
        addresses = options.Hosts
            .Where(h => h.Name != options.Host)
            .Select(h => (h.Name, Address: cluster.Select(n => h.Addresses.GetValueOrDefault(n)).FirstOrDefault(a => a is not null)))
            .Where(h => h.Address is not null)
            .ToImmutableSortedDictionary(h => h.Name, h => new UriBuilder("http", h.Address, port).Uri, StringComparer.Ordinal);
        clients = addresses.ToImmutableSortedDictionary(a => a.Key, a => Client(a.Value), StringComparer.Ordinal);
    }

    public IEnumerable<string> Hosts => clients.Keys;

    /// <summary>Asks several hosts at once; who does not answer in time is missing from the result.</summary>
    public Task<IReadOnlyList<(string Host, T Answer)>> AskAsync<T>(IEnumerable<string> hosts, Func<HoldfastClient, CancellationToken, Task<T>> question, CancellationToken cancel) =>
        AskAsync(hosts, (_, client, limit) => question(client, limit), cancel);

    /// <summary>The same with a question of its own for each host, by name.</summary>
    public async Task<IReadOnlyList<(string Host, T Answer)>> AskAsync<T>(IEnumerable<string> hosts, Func<string, HoldfastClient, CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(hosts.Where(clients.ContainsKey).Select(async host =>
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(Patience);
                return (host, Answered: true, Answer: await question(host, clients[host], limit.Token));
            }
            catch (Exception e) when (e is ApiException or OperationCanceledException)
            {
                return (host, Answered: false, Answer: default(T)!);
            }
        }));
        return [.. answers.Where(a => a.Answered).Select(a => (a.host, a.Answer))];
    }

    /// <summary>A conversation with one host's agent, without the short patience of a list.</summary>
    public async Task With(string host, Func<HoldfastClient, Task> talk)
    {
        if (!addresses.TryGetValue(host, out var address))
        {
            throw new ApiException(ErrorCode.Unavailable, $"The address of {host} is not known to this agent; ask {host} itself with --host.");
        }

        using var client = Client(address);
        await talk(client);
    }

    /// <summary>What each host that answers sees in a probe file; null: it sees no such file.</summary>
    public async Task<IReadOnlyList<(string Host, string? Seen)>> ProbeAsync(string file)
    {
        var answers = await Task.WhenAll(addresses.Select(async a =>
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                using var answer = await http.GetAsync(new Uri(a.Value, $"{ProbeRoute}?file={Uri.EscapeDataString(file)}"), limit.Token);
                return (a.Key, Answered: true, Seen: answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(limit.Token) : null);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                return (a.Key, Answered: false, Seen: null);
            }
        }));
        return [.. answers.Where(a => a.Answered).Select(a => (a.Key, a.Seen))];
    }

    /// <summary>Passes a request on to another host's agent as it is, and its answer back. It goes out with <c>local=1</c> and says how often that was done.</summary>
    public async Task ForwardAsync(HttpContext from, string host, CancellationToken cancel)
    {
        if (!addresses.TryGetValue(host, out var address))
        {
            throw new ApiException(ErrorCode.Unavailable, $"The address of {host} is not known to this agent; ask {host} itself with --host.");
        }

        var query = from.IsLocal() ? from.Request.QueryString : from.Request.QueryString.Add("local", "1");
        using var request = new HttpRequestMessage(new HttpMethod(from.Request.Method), new Uri(address, from.Request.Path + query.ToUriComponent()));
        if (Seal.Behalf(from.Caller()) is { Length: > 0 } behalf)
        {
            request.Headers.Add(Seal.ForHeader, behalf);
        }

        request.Headers.Add(Answers.PassedOnHeader, (from.TimesPassedOn() + 1).ToString(CultureInfo.InvariantCulture));
        if (from.HasBody())
        {
            from.Request.Body.Position = 0;
            request.Content = new StreamContent(from.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", from.Request.ContentType);
        }

        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(ErrorCode.Unavailable, $"Only {host} can do this, and its agent does not answer at {address.Authority}; try again when it is back, or see 'holdfast host show {host}'.", e);
        }

        using (answer)
        {
            from.Response.StatusCode = (int)answer.StatusCode;
            from.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            foreach (var header in PassedBack)
            {
                if (answer.Headers.TryGetValues(header, out var values))
                {
                    from.Response.Headers[header] = values.ToArray();
                }
            }

            await using var body = await answer.Content.ReadAsStreamAsync(cancel);
            var buffer = new byte[16 << 10];
            for (int n; (n = await body.ReadAsync(buffer, cancel)) > 0;)
            {
                await from.Response.Body.WriteAsync(buffer.AsMemory(0, n), cancel);
                await from.Response.Body.FlushAsync(cancel);
            }
        }
    }

    private HoldfastClient Client(Uri address) => HoldfastClient.Tcp(address.Authority, local: true, Patience, through: sealing.Through);

    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }

        http.Dispose();
    }
}
