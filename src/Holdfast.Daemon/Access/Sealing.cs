using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Holdfast.Adapters.Network;

namespace Holdfast.Daemon.Access;

/// <summary>This agent's life as a sender: one for all its clients.</summary>
internal sealed class Sealing(ClusterKey key, string host)
{
    private readonly string life = Seal.NewLife();
    private readonly ConcurrentDictionary<string, string> lives = new(StringComparer.Ordinal);
    private ulong last;

    public HttpMessageHandler Through(HttpMessageHandler inner) => new Handler(this) { InnerHandler = inner };

    public PeerWay Way => new(Uri.UriSchemeHttp, Through);

    private async Task SealAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var seal = new Seal(host, life, Interlocked.Increment(ref last), lives.GetValueOrDefault(request.RequestUri!.Authority, "none"));
        var behalf = request.Headers.TryGetValues(OnBehalf.Header, out var said) ? said.First() : "";
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancel);
        var tag = key.SignCall(seal.Text(request.Method.Method, request.RequestUri.PathAndQuery, behalf, SHA256.HashData(body)));
        request.Headers.Authorization = new AuthenticationHeaderValue(Seal.Scheme, seal.Credential(tag));
    }

    /// <summary>The receiver is another process than the one known; true when that is news.</summary>
    private bool Met(HttpRequestMessage request, HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.Unauthorized && answer.Headers.TryGetValues(Seal.LifeHeader, out var values) && values.First() is var now
        && lives.GetValueOrDefault(request.RequestUri!.Authority) != now && (lives[request.RequestUri.Authority] = now) == now;

    /// <summary>A request that was refused because the other agent is a new process was not looked at, so it goes out again, once.</summary>
    private sealed class Handler(Sealing sealing) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            if (request.Content is { } content)
            {
                await content.LoadIntoBufferAsync(cancel);
            }

            await sealing.SealAsync(request, cancel);
            var answer = await base.SendAsync(request, cancel);
            if (!sealing.Met(request, answer))
            {
                return answer;
            }

            answer.Dispose();
            await sealing.SealAsync(request, cancel);
            return await base.SendAsync(request, cancel);
        }
    }
}
