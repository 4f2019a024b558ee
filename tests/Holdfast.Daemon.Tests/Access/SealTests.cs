using System.Net;
using System.Net.Http.Json;
using System.Text;
using Holdfast.Api;
using Holdfast.Daemon.Access;

namespace Holdfast.Daemon.Tests.Access;

/// <summary>How agents know each other on a network without TLS.</summary>
public sealed class SealTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-seal-").FullName;
    private GuardedServer server = null!;

    public async ValueTask InitializeAsync() => server = await GuardedServer.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_agent_of_the_cluster_is_known_by_the_clusters_secret()
    {
        using var http = Agent(ClusterSecret.Sealing("h2"), new HttpClientHandler());
        Assert.Equal(new("h2", Role.Admin, CallerKind.Agent, "h2"), await http.GetFromJsonAsync("/v1/vms", ApiJson.Default.Caller));
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsJsonAsync("/v1/vms/a/stop", new StopMachine(3), ApiJson.Default.StopMachine)).StatusCode);
    }

    [Fact]
    public async Task Another_secret_or_a_host_that_is_not_of_the_cluster_is_refused()
    {
        using var foreign = Agent(new Sealing(ClusterSecret.Of(2), "h2"), new HttpClientHandler());
        Assert.Equal(HttpStatusCode.Unauthorized, (await foreign.GetAsync("/v1/vms")).StatusCode);
        using var unknown = Agent(ClusterSecret.Sealing("h9"), new HttpClientHandler());
        Assert.Equal(HttpStatusCode.Unauthorized, (await unknown.GetAsync("/v1/vms")).StatusCode);
    }

    [Fact]
    public async Task What_was_recorded_on_the_network_is_of_no_use()
    {
        var wire = new Recorder();
        using var http = Agent(ClusterSecret.Sealing("h2"), wire);
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
        var taken = wire.Sent[^1];
        Assert.Equal(HttpStatusCode.Unauthorized, await wire.SendAsync(taken));
        await using var next = await GuardedServer.StartAsync(folder);
        taken.Address = new Uri(next.Address, "/v1/vms/a/stop");
        Assert.Equal(HttpStatusCode.Unauthorized, await wire.SendAsync(taken));
    }

    [Theory]
    [InlineData("path")]
    [InlineData("body")]
    [InlineData("behalf")]
    public async Task A_request_that_was_changed_on_its_way_is_refused(string what)
    {
        var wire = new Recorder { Swallow = r => r.Method == HttpMethod.Post };
        var sealing = ClusterSecret.Sealing("h2");
        using var http = Agent(sealing, wire);
        await http.GetAsync("/v1/vms"); // now it knows the server's life
        await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsJsonAsync("/v1/vms/a/stop", new StopMachine(3), ApiJson.Default.StopMachine));
        var held = wire.Sent[^1];
        wire.Swallow = _ => false;
        var changed = held with { };
        changed.Address = what == "path" ? new Uri(server.Address, "/v1/vms/b/stop") : held.Address;
        changed.Body = what == "body" ? "{\"timeoutSeconds\":9}" : held.Body;
        changed.Behalf = what == "behalf" ? "Token;admin;root" : held.Behalf;
        Assert.Equal(HttpStatusCode.Unauthorized, await wire.SendAsync(changed));
        Assert.Equal(HttpStatusCode.Accepted, await wire.SendAsync(held));
    }

    [Fact]
    public async Task What_is_passed_on_for_somebody_has_no_more_rights_than_they()
    {
        using var http = Agent(ClusterSecret.Sealing("h2"), new HttpClientHandler());
        http.DefaultRequestHeaders.Add(OnBehalf.Header, OnBehalf.Text(new Caller("alice;b", Role.Viewer, CallerKind.Token)));
        Assert.Equal(new("alice;b", Role.Viewer, CallerKind.Token, "h2"), await http.GetFromJsonAsync("/v1/vms", ApiJson.Default.Caller));
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
    }

    [Fact]
    public void Each_number_is_taken_once_also_when_requests_overtake_each_other()
    {
        var numbers = new Seals.Numbers();
        var order = Enumerable.Range(1, 5000).Select(n => (ulong)n).OrderBy(n => (n / 500 * 500) + (n * 7919 % 500)).ToList();
        Assert.All(order, n => Assert.True(numbers.Take(n), $"{n}"));
        Assert.All(order, n => Assert.False(numbers.Take(n), $"{n} again"));
        Assert.True(numbers.Take(1_000_000));
        Assert.True(numbers.Take(1_000_000 - Seals.Numbers.Width + 1));
        Assert.False(numbers.Take(1_000_000 - Seals.Numbers.Width));
        Assert.False(numbers.Take(ulong.MaxValue));
    }

    private HttpClient Agent(Sealing sealing, HttpMessageHandler wire) => new(sealing.Through(wire)) { BaseAddress = server.Address };

    internal sealed record Sent(HttpMethod Method, string Authorization)
    {
        public Uri Address { get; set; } = null!;

        public string? Body { get; set; }

        public string? Behalf { get; set; }
    }

    /// <summary>Somebody who sees all that goes over the network, can hold it, and can send it himself.</summary>
    private sealed class Recorder : DelegatingHandler
    {
        private readonly HttpClient own = new();

        public Recorder() => InnerHandler = new HttpClientHandler();

        public List<Sent> Sent { get; } = [];

        public Func<HttpRequestMessage, bool> Swallow { get; set; } = _ => false;

        public async Task<HttpStatusCode> SendAsync(Sent sent)
        {
            using var request = new HttpRequestMessage(sent.Method, sent.Address);
            request.Headers.TryAddWithoutValidation("Authorization", sent.Authorization);
            if (sent.Behalf is not null)
            {
                request.Headers.Add(OnBehalf.Header, sent.Behalf);
            }

            request.Content = sent.Body is { } body ? new StringContent(body, Encoding.UTF8, "application/json") : null;
            return (await own.SendAsync(request)).StatusCode;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            Sent.Add(new(request.Method, request.Headers.Authorization!.ToString())
            {
                Address = request.RequestUri!,
                Body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancel),
                Behalf = request.Headers.TryGetValues(OnBehalf.Header, out var said) ? said.First() : null,
            });
            return Swallow(request) ? throw new HttpRequestException("held") : await base.SendAsync(request, cancel);
        }
    }
}
