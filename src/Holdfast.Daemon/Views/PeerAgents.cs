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

    private readonly ImmutableSortedDictionary<string, Peer> peers;

    /// <param name="way">By host and this host's address on the network that both have.</param>
    public PeerAgents(DaemonOptions options, Func<string, IPAddress, PeerWay> way)
    {
        var port = options.Listen is { } listen ? IPEndPoint.Parse(listen).Port : Routes.DefaultPort;
        var cluster = options.Networks.Where(n => n.Has("cluster")).ToArray();
        peers = options.Hosts
            .Where(h => h.Name != options.Host)
            .Select(h => (h.Name, Network: cluster.FirstOrDefault(n => h.Addresses.ContainsKey(n.Name)), h.Addresses))
            .Where(h => h.Network is not null)
            .ToImmutableSortedDictionary(h => h.Name, h => new Peer(h.Addresses[h.Network!.Name], port, way(h.Name, IPAddress.Parse(h.Network.Address))), StringComparer.Ordinal);
    }

    public IEnumerable<string> Hosts => peers.Keys;

    /// <summary>Asks several hosts at once; who does not answer in time is missing from the result.</summary>
    public Task<IReadOnlyList<(string Host, T Answer)>> AskAsync<T>(IEnumerable<string> hosts, Func<HoldfastClient, CancellationToken, Task<T>> question, CancellationToken cancel) =>
        AskAsync(hosts, (_, client, limit) => question(client, limit), cancel);

    /// <summary>The same with a question of its own for each host, by name.</summary>
    public async Task<IReadOnlyList<(string Host, T Answer)>> AskAsync<T>(IEnumerable<string> hosts, Func<string, HoldfastClient, CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        var answers = await Task.WhenAll(hosts.Where(peers.ContainsKey).Select(async host =>
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                limit.CancelAfter(Patience);
                return (host, Answered: true, Answer: await question(host, peers[host].Client, limit.Token));
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
        using var client = Known(host).NewClient();
        await talk(client);
    }

    /// <summary>What each host that answers sees in a probe file; null: it sees no such file.</summary>
    public async Task<IReadOnlyList<(string Host, string? Seen)>> ProbeAsync(string file)
    {
        var answers = await Task.WhenAll(peers.Select(async p =>
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                using var answer = await p.Value.Orders.GetAsync(new Uri(p.Value.Address, $"{ProbeRoute}?file={Uri.EscapeDataString(file)}"), limit.Token);
                return (p.Key, Answered: true, Seen: answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(limit.Token) : null);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                return (p.Key, Answered: false, Seen: null);
            }
        }));
        return [.. answers.Where(a => a.Answered).Select(a => (a.Key, a.Seen))];
    }

    /// <summary>Passes a request on to another host's agent as it is, and its answer back. It goes out with <c>local=1</c> and says how often that was done.</summary>
    public async Task ForwardAsync(HttpContext from, string host, CancellationToken cancel)
    {
        var peer = Known(host);
        var query = from.IsLocal() ? from.Request.QueryString : from.Request.QueryString.Add("local", "1");
        using var request = new HttpRequestMessage(new HttpMethod(from.Request.Method), new Uri(peer.Address, from.Request.Path + query.ToUriComponent()));
        if (OnBehalf.Text(from.Caller()) is { Length: > 0 } behalf)
        {
            request.Headers.Add(OnBehalf.Header, behalf);
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
            answer = await peer.Orders.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (HttpRequestException e)
        {
            throw new ApiException(ErrorCode.Unavailable, $"Only {host} can do this, and its agent does not answer at {peer.Address.Authority}; try again when it is back, or see 'holdfast host show {host}'.", e);
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

    private Peer Known(string host) => peers.GetValueOrDefault(host) ?? throw new ApiException(ErrorCode.Unavailable, $"The address of {host} is not known to this agent; ask {host} itself with --host.");

    public void Dispose()
    {
        foreach (var peer in peers.Values)
        {
            peer.Client.Dispose();
            peer.Orders.Dispose();
        }
    }

    /// <summary>One host's agent.</summary>
    private sealed class Peer
    {
        /// <summary>After so long a connection is made anew: certificates that were renewed are seen.</summary>
        private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(10);
        private readonly PeerWay way;

        public Peer(string address, int port, PeerWay way)
        {
            this.way = way;
            Address = new UriBuilder(way.Scheme, address, port).Uri;
            Client = NewClient();
            Orders = new(way.Over(new() { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(3), PooledConnectionLifetime = TimeSpan.Zero })) { Timeout = Timeout.InfiniteTimeSpan };
        }

        public Uri Address { get; }

        public HoldfastClient Client { get; }

        /// <summary>
        /// A connection of its own for each order that is passed on: one kept open to a host that has been reset since refuses the next order although the new
        /// agent is well, and an order that was already sent cannot be sent again without knowing whether it was taken.
        /// </summary>
        public HttpClient Orders { get; }

        public HoldfastClient NewClient() => HoldfastClient.Tcp(Address.ToString(), local: true, Patience, over: network =>
        {
            network.PooledConnectionLifetime = ConnectionLife;
            return way.Over(network);
        });
    }
}
