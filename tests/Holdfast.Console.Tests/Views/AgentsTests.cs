using System.Net;
using Holdfast.Api;
using Holdfast.Console.Cluster;

namespace Holdfast.Console.Tests.Views;

public sealed class AgentsTests
{
    private static readonly Uri Own = new("http://10.1.0.1:7441/");

    [Fact]
    public async Task A_question_without_an_answer_goes_to_the_next_agent_and_the_console_stays_there()
    {
        var network = new Network();
        var agents = await network.AgentsAsync();
        network.Silent.Add("10.1.0.1");
        Assert.Equal("10.1.0.2", await AskAsync(agents));
        Assert.True(agents.Elsewhere);
        network.Asked.Clear();
        Assert.Equal("10.1.0.2", await AskAsync(agents));
        Assert.Equal(["GET http://10.1.0.2:7441/v1/status"], network.Asked);
    }

    [Fact]
    public async Task When_nobody_answers_each_was_asked_once()
    {
        var network = new Network();
        var agents = await network.AgentsAsync();
        network.Asked.Clear();
        network.Silent.UnionWith(["10.1.0.1", "10.1.0.2", "10.1.0.3"]);
        await Assert.ThrowsAsync<ApiException>(() => AskAsync(agents));
        Assert.Equal(3, network.Asked.Count);
    }

    [Fact]
    public async Task An_order_without_an_answer_is_not_given_to_another_agent()
    {
        var network = new Network();
        var agents = await network.AgentsAsync();
        network.Silent.Add("10.1.0.1");
        network.Asked.Clear();
        await Assert.ThrowsAsync<ApiException>(() => agents.OrderAsync((client, cancel) => client.KillAsync("web", cancel), TestContext.Current.CancellationToken));
        Assert.Equal(["POST http://10.1.0.1:7441/v1/vms/web/kill"], network.Asked);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_its_sentence_is_kept_until_the_next_good_one()
    {
        var network = new Network { Refuses = HttpStatusCode.Unauthorized };
        var agents = await network.AgentsAsync();
        await Assert.ThrowsAsync<ApiException>(() => AskAsync(agents));
        Assert.Equal("You need a token.", network.Access.Refusal);
        Assert.False(agents.Elsewhere);
        network.Refuses = null;
        network.Access.Token = "secret";
        await AskAsync(agents);
        Assert.Null(network.Access.Refusal);
        Assert.Equal("Bearer secret", network.LastAuthorization);
    }

    private static async Task<string> AskAsync(Agents agents) => (await agents.AskAsync((client, cancel) => client.StatusAsync(cancel), TestContext.Current.CancellationToken)).Host;

    /// <summary>What lies between a console and three agents.</summary>
    private sealed class Network : HttpMessageHandler
    {
        public HashSet<string> Silent { get; } = [];

        public List<string> Asked { get; } = [];

        public HttpStatusCode? Refuses { get; set; }

        public string? LastAuthorization { get; private set; }

        public Access Access { get; } = new();

        public async Task<Agents> AgentsAsync()
        {
            var agents = new Agents(Own, Access, () => new Lent(this));
            await agents.FindOthersAsync();
            return agents;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            Asked.Add($"{request.Method} {request.RequestUri}");
            LastAuthorization = request.Headers.Authorization?.ToString();
            var host = request.RequestUri!.Host;
            if (Silent.Contains(host))
            {
                throw new HttpRequestException("TypeError: Failed to fetch");
            }

            var (status, body) = request.RequestUri.AbsolutePath == "/console/agents.json" ? (HttpStatusCode.OK, """["http://10.1.0.2:7441","http://10.1.0.3:7441"]""")
                : Refuses is { } refused ? (refused, """{"type":"/docs#unauthorized","title":"No token","status":401,"detail":"You need a token.","code":"usage"}""")
                : (HttpStatusCode.OK, System.Text.Json.JsonSerializer.Serialize(new FakeCluster().Status(host), ApiJson.Default.ClusterStatus));
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"), RequestMessage = request });
        }

        /// <summary>Each question disposes its own handler.</summary>
        private sealed class Lent(Network network) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel) => network.SendAsync(request, cancel);
        }
    }
}
