using Holdfast.Api;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Daemon.Tests.Http;

/// <summary>Two agents' event streams, served for real on two loopback addresses.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-stream-").FullName;
    private readonly CancellationTokenSource stopping = new();
    private EventLog first = null!;
    private EventLog second = null!;
    private WebApplication firstServer = null!;
    private WebApplication? secondServer;
    private PeerAgents peers = null!;
    private int port;

    public async ValueTask InitializeAsync()
    {
        (first, second) = (LogOf("h1"), LogOf("h2"));
        secondServer = await ServeAsync("127.0.0.2", 0, second, "h2", Peers("h2", 1));
        port = new Uri(secondServer.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.StartsWith("http://127", StringComparison.Ordinal))).Port;
        peers = Peers("h1", port);
        firstServer = await ServeAsync("127.0.0.1", port, first, "h1", peers);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await firstServer.DisposeAsync();
        await (secondServer?.DisposeAsync() ?? ValueTask.CompletedTask);
        peers.Dispose();
        await first.DisposeAsync();
        await second.DisposeAsync();
        stopping.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_past_of_all_hosts_is_told_in_order_of_time()
    {
        first.Add("a", null, "one");
        second.Add("b", null, "two");
        first.Add("c", null, "three");
        using var client = Client(local: false);
        Assert.Equal(["one", "two", "three"], await client.EventsAsync(0, follow: false, TestContext.Current.CancellationToken).Select(e => e.Text).ToListAsync(TestContext.Current.CancellationToken));
        using var local = Client(local: true);
        Assert.Equal(["one", "three"], await local.EventsAsync(0, follow: false, TestContext.Current.CancellationToken).Select(e => e.Text).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Each_new_event_of_any_host_comes_once()
    {
        second.Add("b", null, "before");
        using var client = Client(local: false);
        await using var stream = client.EventsAsync(0, follow: true, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal("before", await NextAsync(stream));
        second.Add("b", null, "theirs");
        Assert.Equal("theirs", await NextAsync(stream));
        first.Add("a", null, "ours");
        Assert.Equal("ours", await NextAsync(stream));
    }

    [Fact]
    public async Task A_host_that_goes_and_comes_back_is_heard_again()
    {
        using var client = Client(local: false);
        await using var stream = client.EventsAsync(0, follow: true, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        second.Add("b", null, "here");
        Assert.Equal("here", await NextAsync(stream));
        await secondServer!.DisposeAsync();
        second.Add("b", null, "while it was away");
        first.Add("a", null, "meanwhile");
        Assert.Equal("meanwhile", await NextAsync(stream));
        secondServer = await ServeAsync("127.0.0.2", port, second, "h2", peers);
        Assert.Equal("while it was away", await NextAsync(stream));
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<ClusterEvent> stream) => await stream.MoveNextAsync().AsTask().WaitAsync(Limit) ? stream.Current.Text : "the stream ended";

    private HoldfastClient Client(bool local) => HoldfastClient.Tcp($"http://127.0.0.1:{port}", local, TimeSpan.FromSeconds(2));

    private EventLog LogOf(string host) => new(host, Path.Combine(folder, $"{host}.jsonl"), _ => null);

    private static PeerAgents Peers(string host, int port) => new(new DaemonOptions
    {
        Host = host,
        Listen = $"127.0.0.1:{port}",
        Networks = [new("cluster", "cluster", "127.0.0.1")],
        Hosts = [new("h1", 0, new() { ["cluster"] = "127.0.0.1" }), new("h2", 1, new() { ["cluster"] = "127.0.0.2" })],
    }, (_, _) => ClusterSecret.Sealing(host).Way);

    private async Task<WebApplication> ServeAsync(string address, int at, EventLog log, string host, PeerAgents others)
    {
        var server = ApiServer.Build(Path.Combine(folder, $"{host}-{Guid.NewGuid():N}.sock"), $"{address}:{at}", tls: null);
        server.MapGet(Routes.Events, new EventStream(log, host, others, stopping.Token).AnswerAsync);
        await server.StartAsync();
        return server;
    }
}
