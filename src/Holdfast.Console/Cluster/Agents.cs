using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Console.Cluster;

/// <summary>
/// The agents that this console can ask: the one that served it, and those that it named. A question that gets no answer goes to the next one at once,
/// and the console stays there. An order is sent once, to the agent that answered last: nobody knows whether one that got no answer was taken.
/// </summary>
/// <param name="own">The address that the console came from.</param>
/// <param name="handler">Makes what carries the requests; tests put their own in.</param>
public sealed class Agents(Uri own, Access access, Func<HttpMessageHandler> handler)
{
    /// <summary>Relative to the console: the addresses of the other hosts' agents, a JSON array.</summary>
    public const string OthersFile = "console/agents.json";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private Uri[] places = [own];
    private int current;

    /// <summary>Who is asked now.</summary>
    public Uri Place => places[current];

    /// <summary>Whether it is another one than the console came from.</summary>
    public bool Elsewhere => current != 0;

    public IReadOnlyList<Uri> Places => places;

    /// <summary>Reads where the other agents are; without an answer only the own one is known.</summary>
    public async Task FindOthersAsync()
    {
        try
        {
            using var http = new HttpClient(handler()) { BaseAddress = own, Timeout = Patience };
            var others = await http.GetFromJsonAsync(OthersFile, ConsoleJson.Default.StringArray) ?? [];
            places = [own, .. others.Select(o => new Uri(o)).Where(o => o.Authority != own.Authority)];
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or UriFormatException)
        {
            // An older agent: the console works with the one that it has.
        }
    }

    /// <summary>Asks; each agent is tried once. Throws the last one's <see cref="ApiException"/>.</summary>
    public async Task<T> AskAsync<T>(Func<HoldfastClient, CancellationToken, Task<T>> question, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var asked = current;
            var bearer = new BearerHandler(access, handler());
            using var client = Client(asked, bearer, Patience);
            try
            {
                var answer = await question(client, cancel);
                access.Saw(null);
                return answer;
            }
            catch (ApiException e) when (bearer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                access.Saw(e.Message);
                throw;
            }
            catch (ApiException) when (bearer.Status is null && tries < places.Length)
            {
                Leave(asked);
            }
            catch (ApiException) when (bearer.Status is null)
            {
                Leave(asked);
                throw;
            }
        }
    }

    /// <summary>Orders; never sent twice. Throws <see cref="ApiException"/> with the agent's sentence.</summary>
    public async Task<T> OrderAsync<T>(Func<HoldfastClient, CancellationToken, Task<T>> order, CancellationToken cancel)
    {
        using var client = Client(current, new BearerHandler(access, handler()), TimeSpan.FromSeconds(15));
        return await order(client, cancel);
    }

    private HoldfastClient Client(int place, BearerHandler bearer, TimeSpan patience) => HoldfastClient.Over(bearer, places[place], patience);

    // Several pages ask at once: only the first failure moves on.
    private void Leave(int asked)
    {
        if (current == asked)
        {
            current = (asked + 1) % places.Length;
        }
    }
}
