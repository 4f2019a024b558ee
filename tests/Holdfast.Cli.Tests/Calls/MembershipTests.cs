using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Certificates;
using Holdfast.Cli.Membership;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>A cluster is made, and hosts join it: h1 on 127.0.0.1 has the authority, h2 on 127.0.0.2 comes.</summary>
public sealed class MembershipTests : IAsyncLifetime
{
    private readonly string place = Directory.CreateTempSubdirectory("holdfast-join-").FullName;
    private readonly List<string> said = [];
    private readonly Clock clock = new();
    private ClusterAuthority authority = null!;
    private Invitation invitation = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.Equal(ExitCode.Done, (await CallAsync("h1", "init", "demo", "--member", "h1,cluster=127.0.0.1,storage=127.0.1.1", "--member", "h2,cluster=127.0.0.2,storage=127.0.1.2")).Exit);
        authority = ClusterAuthority.Open(Path.Combine(Etc("h1"), "ca"));
        var configuration = new HostFolder(Etc("h1"), "").Read();
        configuration["secretFile"] = "/elsewhere/secret";
        invitation = new(
            authority, new("h2", ClusterPlan.Addresses("h2", configuration), "the secret", ClusterPlan.Text(ClusterPlan.For("h2", configuration, "it"))), new(IPAddress.Loopback, 0), TimeSpan.FromMinutes(5), Said, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await invitation.DisposeAsync();
        authority.Dispose();
        Directory.Delete(place, recursive: true);
    }

    [Fact]
    public async Task The_host_that_was_invited_gets_its_certificates_the_secret_and_its_configuration_and_its_keys_never_left_it()
    {
        Assert.Equal(ExitCode.Done, (await JoinAsync("h2", invitation.Token)).Exit);
        var credential = HostCredential.Read(Path.Combine(Etc("h2"), "tls"));
        Assert.Null(AgentCertificate.Refusal(credential.Own, [authority.Certificate], DateTimeOffset.UtcNow));
        Assert.Equal("h2", AgentCertificate.HostOf(credential.Own));
        Assert.Equal(["127.0.0.2", "127.0.1.2"], credential.Own.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateIPAddresses().Select(a => a.ToString()));
        using var qemu = X509Certificate2.CreateFromPemFile(Path.Combine(place, "h2", "qemu", "server-cert.pem"), Path.Combine(place, "h2", "qemu", "server-key.pem"));
        Assert.Equal("is no agent's (QEMU has such ones)", AgentCertificate.Refusal(qemu, [authority.Certificate], DateTimeOffset.UtcNow));
        Assert.Equal("the secret", await File.ReadAllTextAsync(Path.Combine(Etc("h2"), "secret")));
        var own = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Etc("h2"), "holdfastd.json")))!;
        Assert.Equal(("h2", 1, "127.0.0.2:7441", "127.0.1.2"), ((string)own["host"]!, (int)own["slot"]!, (string)own["listen"]!, (string)own["networks"]![1]!["address"]!));
        Assert.Null(own["secretFile"]);
        Assert.False(Path.Exists(Path.Combine(Etc("h2"), "ca")));
        Assert.All(Directory.EnumerateFiles(Etc("h2"), "*", SearchOption.AllDirectories), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal("127.0.0.1", await invitation.Joined.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_token_is_good_for_once()
    {
        Assert.Equal(ExitCode.Done, (await JoinAsync("h2", invitation.Token)).Exit);
        Refused("h3", await JoinAsync("h3", invitation.Token), "The token was used already");
    }

    [Fact]
    public async Task A_wrong_token_and_one_that_has_ended_are_refused_and_the_right_one_is_still_good()
    {
        Refused("h3", await JoinAsync("h3", invitation.Token with { Secret = new byte[32] }), "The token is wrong");
        Refused("h3", await JoinAsync("h3", invitation.Token with { Ends = DateTimeOffset.UtcNow.AddSeconds(-1) }), "The token has ended at");
        clock.Ahead = TimeSpan.FromMinutes(6);
        Refused("h3", await JoinAsync("h3", invitation.Token with { Ends = DateTimeOffset.UtcNow.AddHours(1) }), "The token has ended at");
        clock.Ahead = TimeSpan.Zero;
        Assert.Equal(ExitCode.Done, (await JoinAsync("h2", invitation.Token)).Exit);
    }

    [Fact]
    public async Task Another_clusters_token_is_not_told_to_this_one()
    {
        using var other = ClusterAuthority.Create("demo", DateTimeOffset.UtcNow);
        Refused("h3", await JoinAsync("h3", JoinToken.Make(other.Certificate, DateTimeOffset.UtcNow.AddMinutes(1))), "is not where this token comes from");
    }

    /// <summary>Who stands between can show the authority's certificate, which is public; its key is what he has not.</summary>
    [Fact]
    public async Task Nothing_is_said_to_who_shows_the_right_authority_and_has_no_certificate_of_it()
    {
        using var foreign = ClusterAuthority.Create("demo", DateTimeOffset.UtcNow);
        using var between = new TcpListener(IPAddress.Loopback, 0);
        between.Start();
        var heard = HearAsync(between, foreign.IssueForJoining(IPAddress.Loopback, DateTimeOffset.UtcNow), authority.Certificate.ExportCertificatePem());
        Refused("h3", await JoinAsync("h3", invitation.Token, ((IPEndPoint)between.LocalEndpoint).Port), "is not where this token comes from");
        Assert.Equal(0, await heard);
    }

    [Fact]
    public async Task Who_is_a_host_already_joins_nothing_else()
    {
        (await JoinAsync("h1", invitation.Token)).IsOneSentence(ExitCode.Usage, "belongs to a cluster already", "holdfast leave");
        (await CallAsync("h1", "init", "demo", "--member", "h1,cluster=127.0.0.1")).IsOneSentence(ExitCode.Usage, "belongs to a cluster already");
    }

    [Theory]
    [InlineData("h9", "does not name h9 among its hosts")]
    [InlineData("h2 --dir /nowhere", "/nowhere")]
    [InlineData("h2 --expires 9d", "'9d' is no time for a token")]
    public async Task An_invitation_that_cannot_be_says_what_is_missing(string words, string sentence)
    {
        var call = await CallAsync("h1", ["invite", .. words.Split(' ')]);
        Assert.Contains(sentence, call.IsOneSentence(call.Exit).Error, StringComparison.Ordinal);
        Assert.NotEqual(ExitCode.Done, call.Exit);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h1,cluster")]
    [InlineData("h1,office=10.0.0.1")]
    [InlineData("h1,storage=10.0.0.1")]
    [InlineData("H1,cluster=10.0.0.1")]
    public async Task A_host_that_cannot_be_makes_no_cluster(string host)
    {
        (await CallAsync("h5", "init", "demo", "--member", host)).IsOneSentence(ExitCode.Usage);
        Assert.False(Directory.Exists(Etc("h5")));
    }

    [Fact]
    public async Task Who_does_not_speak_the_language_of_joining_does_not_stop_others()
    {
        using var mute = new TcpClient("127.0.0.1", invitation.Place.Port);
        using var noise = new TcpClient("127.0.0.1", invitation.Place.Port);
        await noise.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
        Assert.Equal(ExitCode.Done, (await JoinAsync("h2", invitation.Token)).Exit);
    }

    [Fact]
    public void A_token_is_read_as_it_was_written_and_a_part_of_it_is_none()
    {
        var text = invitation.Token.ToString();
        Assert.Equal((invitation.Token.Ends, text), (JoinToken.Parse(text)!.Ends, JoinToken.Parse(text)!.ToString()));
        Assert.All(Enumerable.Range(0, text.Length), n => Assert.Null(JoinToken.Parse(text[..n])));
    }

    [Fact]
    public async Task A_host_leaves_only_when_its_agent_says_that_nothing_runs_there()
    {
        var folder = new HostFolder(Etc("h1"), Path.Combine(place, "h1", "qemu"));
        await using var agent = await FakeAgent.StartAsync();
        var configuration = folder.Read();
        configuration["socket"] = agent.Socket;
        await File.WriteAllTextAsync(folder.Configuration, ClusterPlan.Text(configuration));
        agent.On("GET /v1/hosts/h1", """{"name":"h1","state":"up","verdict":"connected"}""");
        (await CallAsync("h1", "leave", "--yes")).IsOneSentence(ExitCode.Usage, "holdfast host drain h1");
        agent.On("GET /v1/hosts/h1", """{"name":"h1","state":"up","verdict":"connected","drain":"draining"}""");
        agent.On("GET /v1/vms", """[{"name":"web","id":"6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001","desired":"run","state":"running","epoch":1,"host":"h1"}]""");
        (await CallAsync("h1", "leave", "--yes")).IsOneSentence(ExitCode.Usage, "web is still on h1");
        agent.On("GET /v1/vms", "[]");
        (await CallAsync("h1", "leave", "--yes")).IsOneSentence(ExitCode.Usage, "h1 is still being drained");
        Assert.True(File.Exists(folder.Configuration));
        agent.On("GET /v1/hosts/h1", """{"name":"h1","state":"up","verdict":"connected","drain":"drained"}""");
        Assert.Equal(ExitCode.Done, (await CallAsync("h1", "leave", "--yes")).Exit);
        Assert.Equal(["ca-cert.pem", "ca-key.pem"], Directory.EnumerateFiles(Path.Combine(place, "h1"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static async Task<int> HearAsync(TcpListener between, X509Certificate2 shown, string greeting)
    {
        using var client = await between.AcceptTcpClientAsync();
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(shown);
        await JoinWire.SayAsync(stream, new JoinGreeting(greeting), JoinJson.Default.JoinGreeting, CancellationToken.None);
        return await stream.ReadAsync(new byte[100]);
    }

    private void Refused(string host, Call call, string sentence)
    {
        call.IsOneSentence(call.Exit, sentence);
        Assert.NotEqual(ExitCode.Done, call.Exit);
        Assert.False(Directory.Exists(Etc(host)));
    }

    private string Etc(string host) => Path.Combine(place, host, "etc");

    private Task<Call> CallAsync(string host, params string[] words) => Call.RunAsync([.. words, "--etc", Etc(host), "--qemu", Path.Combine(place, host, "qemu")]);

    private Task<Call> JoinAsync(string host, JoinToken token, int? port = null) => CallAsync(host, "join", $"{token}@127.0.0.1:{port ?? invitation.Place.Port}");

    private void Said(string text)
    {
        lock (said)
        {
            said.Add(text);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Ahead;
    }
}
