using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Certificates;

namespace Holdfast.Cli.Membership;

/// <summary>
/// One host may join, once, until the token's end, while this runs: it is the one process that has the authority's key open (docs/adr/0024), and with it all memory of the token ends.
/// </summary>
internal sealed class Invitation : IAsyncDisposable
{
    private const int MostAtOnce = 8;
    private readonly ClusterAuthority authority;
    private readonly Newcomer newcomer;
    private readonly Action<string> say;
    private readonly TimeProvider clock;
    private readonly TcpListener listener;
    private readonly SslStreamCertificateContext shown;
    private readonly CancellationTokenSource ending = new();
    private readonly SemaphoreSlim room = new(MostAtOnce);
    private readonly TaskCompletionSource<string> joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task serving;
    private int used;

    /// <param name="place">Where it listens.</param>
    /// <exception cref="SocketException">It cannot listen there.</exception>
    public Invitation(ClusterAuthority authority, Newcomer newcomer, IPEndPoint place, TimeSpan life, Action<string> say, TimeProvider? clock = null)
    {
        (this.authority, this.newcomer, this.say, this.clock) = (authority, newcomer, say, clock ?? TimeProvider.System);
        Token = JoinToken.Make(authority.Certificate, this.clock.GetUtcNow() + life);
        shown = SslStreamCertificateContext.Create(authority.IssueForJoining(place.Address, DateTimeOffset.UtcNow), null, offline: true);
        listener = new(place);
        listener.Start(MostAtOnce);
        serving = ServeAsync();
    }

    public JoinToken Token { get; }

    public IPEndPoint Place => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>Ends when the host has joined, with the address that it came from.</summary>
    public Task<string> Joined => joined.Task;

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await room.WaitAsync(ending.Token);
                _ = MeetAsync(await listener.AcceptTcpClientAsync(ending.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It has ended.
        }
    }

    private async Task MeetAsync(TcpClient client)
    {
        var from = (client.Client.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "somebody";
        try
        {
            using var connection = client;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
            limit.CancelAfter(JoinWire.Limit);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = shown, AllowTlsResume = false }, limit.Token);
            await JoinWire.SayAsync(stream, new JoinGreeting(authority.Certificate.ExportCertificatePem()), JoinJson.Default.JoinGreeting, limit.Token);
            var answer = Answer(await JoinWire.HearAsync(stream, JoinJson.Default.JoinRequest, limit.Token), from);
            await JoinWire.SayAsync(stream, answer, JoinJson.Default.JoinAnswer, limit.Token);
            if (answer.Refusal is null)
            {
                joined.TrySetResult(from);
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException or OperationCanceledException)
        {
            say($"{from} came and did not join: {e.Message.TrimEnd('.')}.");
        }
        finally
        {
            room.Release();
        }
    }

    private JoinAnswer Answer(JoinRequest request, string from)
    {
        var refusal = !CryptographicOperations.FixedTimeEquals(request.Secret, Token.Secret) ? "The token is wrong: it is not the one of this invitation; copy it whole, or make another with 'holdfast invite'."
            : clock.GetUtcNow() >= Token.Ends ? $"The token has ended at {Token.Ends:HH:mm:ss} UTC; make another with 'holdfast invite'."
            : Interlocked.Exchange(ref used, 1) == 1 ? "The token was used already, and is good for once; if that was not you, the other one has a host's certificate now: change the secret and the authority."
            : null;
        if (refusal is not null)
        {
            say($"{from} was refused. {refusal}");
            return new(refusal);
        }

        var now = DateTimeOffset.UtcNow;
        try
        {
            return new(
                null, newcomer.Host,
                authority.Sign(newcomer.Host, newcomer.Addresses, now, agent: true, PublicKey.CreateFromSubjectPublicKeyInfo(request.AgentKey, out _)).ExportCertificatePem() + "\n",
                authority.Sign(newcomer.Host, newcomer.Addresses, now, agent: false, PublicKey.CreateFromSubjectPublicKeyInfo(request.QemuKey, out _)).ExportCertificatePem() + "\n",
                newcomer.Secret, newcomer.Configuration);
        }
        catch (CryptographicException e)
        {
            return new($"The keys of the joining host cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }
}

/// <summary>The host that is invited, and what it gets.</summary>
internal sealed record Newcomer(string Host, IPAddress[] Addresses, string Secret, string Configuration);
