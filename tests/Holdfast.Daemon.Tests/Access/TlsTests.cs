using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Daemon.Access;

namespace Holdfast.Daemon.Tests.Access;

/// <summary>Who reaches an agent over the network, and whom an agent takes for another one. The server is h1's.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-tls-").FullName;
    private readonly List<string> log = [];
    private Hosts hosts = null!;
    private HostTls tls = null!;
    private GuardedServer server = null!;

    public async ValueTask InitializeAsync()
    {
        hosts = new(folder);
        tls = hosts.Tls("h1", log, look: TimeSpan.FromMilliseconds(50));
        server = await GuardedServer.StartAsync(folder, tls: tls);
        server.Has(("viewer", "viewer", null));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await tls.DisposeAsync();
        hosts.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_agent_is_known_by_its_certificate()
    {
        await using var own = hosts.Tls("h2", log);
        using var http = Agent(own, "h2");
        Assert.Equal(new("h2", Role.Admin, CallerKind.Agent, "h2"), await http.GetFromJsonAsync("/v1/vms", ApiJson.Default.Caller));
        Assert.Equal(HttpStatusCode.Accepted, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
    }

    [Fact]
    public async Task What_an_agent_passes_on_for_somebody_has_no_more_rights_than_they()
    {
        await using var own = hosts.Tls("h2", log);
        using var http = Agent(own, "h2");
        http.DefaultRequestHeaders.Add(OnBehalf.Header, OnBehalf.Text(new Caller("alice;b", Role.Viewer, CallerKind.Token)));
        Assert.Equal(new("alice;b", Role.Viewer, CallerKind.Token, "h2"), await http.GetFromJsonAsync("/v1/vms", ApiJson.Default.Caller));
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
    }

    [Theory]
    [InlineData("another cluster's", "is not of this cluster's authority but of 'CN=Holdfast cluster other'")]
    [InlineData("of an authority with the same name", "is not of this cluster's authority")]
    [InlineData("ended", "has ended on ")]
    [InlineData("QEMU's", "is no agent's")]
    [InlineData("a host that is not of the cluster", "is h9's, which is no host of this cluster")]
    [InlineData("another host's", "is h3's, which has no such address")]
    [InlineData("the server's own", "is this very host's")]
    public async Task With_any_other_certificate_one_gets_nothing_and_the_log_says_why(string which, string why)
    {
        using var others = new Hosts(folder, "other");
        using var twins = new Hosts(Path.Combine(folder, "twin"));
        var directory = which switch
        {
            "another cluster's" => others.Certified("h2"),
            "of an authority with the same name" => twins.Certified("h2"),
            "ended" => hosts.Certified("h2", at: DateTimeOffset.UtcNow.AddDays(-731)),
            "QEMU's" => hosts.Certified("h2", agent: false),
            "a host that is not of the cluster" => hosts.Certified("h2", names: "h9"),
            "another host's" => hosts.Certified("h3"),
            _ => hosts.Folder("h1"),
        };
        var shown = HostCredential.Read(directory);
        using var http = new HttpClient(From("h2", new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true, LocalCertificateSelectionCallback = (_, _, _, _, _) => shown.Own })) { BaseAddress = server.Address };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync("/docs"));
        await UntilAsync(() => Said().Any(s => s.StartsWith($"a connection from 127.0.0.2 was refused: its certificate {why}", StringComparison.Ordinal)), () => string.Join('\n', Said()));
    }

    [Fact]
    public async Task Who_has_a_token_needs_no_certificate_and_has_that_tokens_rights()
    {
        using var http = Client(hosts, "viewer");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/vms")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
        http.DefaultRequestHeaders.Authorization = null;
        http.DefaultRequestHeaders.Add(OnBehalf.Header, OnBehalf.Text(new Caller("root", Role.Admin, CallerKind.Socket)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/vms")).StatusCode);
        using var sealing = new HttpClient(ClusterSecret.Sealing("h2").Through(From("h2", Trusting(hosts)))) { BaseAddress = server.Address };
        Assert.Equal(HttpStatusCode.Unauthorized, (await sealing.GetAsync("/v1/vms")).StatusCode);
    }

    [Fact]
    public async Task A_token_is_not_told_to_a_server_of_another_authority()
    {
        using var others = new Hosts(folder, "other");
        var check = new ServerCheck(HostCredential.Authority(Path.Combine(others.Certified("h1"), "ca-cert.pem")));
        using var client = HoldfastClient.Tcp(server.Address.Authority, token: "viewer", over: n => With(n, check.Options), distrust: () => check.Refusal is { } r ? $"its certificate {r}" : null);
        var refused = await Assert.ThrowsAsync<ApiException>(() => client.StatusAsync());
        Assert.Equal($"The agent at {server.Address.Authority} was told nothing, as it is not to be trusted: its certificate is not of this cluster's authority but of 'CN=Holdfast cluster demo'.", refused.Message);
    }

    [Fact]
    public async Task A_server_that_the_certificate_does_not_name_is_not_taken_for_another()
    {
        var check = new ServerCheck(HostCredential.Authority(Path.Combine(hosts.Folder("h1"), "ca-cert.pem")));
        using var client = HoldfastClient.Tcp($"localhost:{server.Address.Port}", over: n => With(n, check.Options), distrust: () => check.Refusal);
        Assert.Contains("is h1's, and does not name 'localhost'", (await Assert.ThrowsAsync<ApiException>(() => client.StatusAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_asks_nobody_who_is_not_the_host_that_it_means()
    {
        await using var own = hosts.Tls("h2", log);
        using var http = Agent(own, "h2", means: "h3");
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync("/v1/vms"));
        Assert.Contains("h3 was not asked: the certificate that is shown at its address 127.0.0.1 is h1's and not h3's", Said());
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart_and_a_half_one_is_not()
    {
        await using var own = hosts.Tls("h2", log);
        using var http = Agent(own, "h2");
        await http.GetAsync("/v1/vms");
        using var others = new Hosts(folder, "other");
        File.Copy(Path.Combine(others.Certified("h1"), "host-key.pem"), Path.Combine(hosts.Folder("h1"), "host-key.pem"), overwrite: true);
        await UntilAsync(() => tls.Problem is not null, () => "no problem");
        Assert.Contains("the one before is used on", tls.Problem);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/vms")).StatusCode);
        hosts.Certified("h1", at: DateTimeOffset.UtcNow.AddDays(-720));
        await UntilAsync(() => tls.Problem is { } p && p.StartsWith("h1's certificate ends on", StringComparison.Ordinal), () => tls.Problem ?? "");
        DateTime? end = null;
        using var fresh = new HttpClient(From("h2", new() { RemoteCertificateValidationCallback = (_, shown, _, _) => (end = ((X509Certificate2)shown!).NotAfter) is not null })) { BaseAddress = server.Address };
        await fresh.GetAsync("/docs");
        Assert.InRange(end!.Value, DateTime.Now.AddDays(8), DateTime.Now.AddDays(12));
    }

    [Fact]
    public async Task Without_a_certificate_nobody_is_answered_until_there_is_one()
    {
        var directory = Path.Combine(folder, "none");
        await using var bare = hosts.Tls("h1", log, directory, TimeSpan.FromMilliseconds(50));
        await using var second = await GuardedServer.StartAsync(folder, tls: bare);
        Assert.Contains("so nobody reaches the agent of h1 over the network; 'holdfast ca issue h1' makes one", bare.Problem);
        using var http = Client(hosts, null, second);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync("/docs"));
        Directory.Move(hosts.Certified("h1"), directory);
        await UntilAsync(() => bare.Problem is null, () => bare.Problem!);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/docs")).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nHost: h1\r\n\r\n")]
    public async Task Who_does_not_speak_TLS_is_let_go_soon(string says)
    {
        using var socket = new TcpClient("127.0.0.1", server.Address.Port);
        await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(says));
        var since = Stopwatch.GetTimestamp();
        await socket.GetStream().CopyToAsync(Stream.Null).WaitAsync(HostTls.HandshakeLimit * 4);
        Assert.True(Stopwatch.GetElapsedTime(since) < HostTls.HandshakeLimit * 3);
    }

    [Fact]
    public void A_stranger_cannot_fill_the_log()
    {
        var said = new List<string>();
        var sayings = new Sayings(said.Add);
        for (var n = 0; n < 1000; n++)
        {
            sayings.Say($"{n / 2}");
        }

        Assert.Equal(Enumerable.Range(0, 64).Select(n => $"{n}"), said);
    }

    private HttpClient Agent(HostTls own, string host, string means = "h1") => new(own.To(means, Hosts.Address(host)).Over(new SocketsHttpHandler())) { BaseAddress = server.Address };

    private HttpClient Client(Hosts trusted, string? token, GuardedServer? of = null)
    {
        var http = new HttpClient(With(new SocketsHttpHandler(), Trusting(trusted))) { BaseAddress = (of ?? server).Address };
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static SslClientAuthenticationOptions Trusting(Hosts trusted) => new ServerCheck(HostCredential.Authority(Path.Combine(trusted.Folder("h1"), "ca-cert.pem"))).Options;

    private static SocketsHttpHandler With(SocketsHttpHandler network, SslClientAuthenticationOptions options)
    {
        network.SslOptions = options;
        return network;
    }

    /// <summary>As a machine with that host's address would.</summary>
    private static SocketsHttpHandler From(string host, SslClientAuthenticationOptions options) => new()
    {
        SslOptions = options,
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(Hosts.Address(host), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    private string[] Said()
    {
        lock (log)
        {
            return [.. log];
        }
    }

    private static async Task UntilAsync(Func<bool> reached, Func<string> last)
    {
        for (var since = Stopwatch.GetTimestamp(); !reached();)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20), $"It has not come to it within 20 s; seen last: {last()}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
