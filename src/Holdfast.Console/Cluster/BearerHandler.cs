using System.Net;
using System.Net.Http.Headers;

namespace Holdfast.Console.Cluster;

/// <summary>Puts the token on each request, and remembers how the last answer stood to it.</summary>
internal sealed class BearerHandler(Access access, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>HTTP status of the last answer; null: none came.</summary>
    public HttpStatusCode? Status { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        if (access.Token is { Length: > 0 } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        Status = null;
        var answer = await base.SendAsync(request, cancel);
        Status = answer.StatusCode;
        return answer;
    }
}
