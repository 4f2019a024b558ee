using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Adapters.Etcd;
using Holdfast.Certificates;
using Holdfast.Daemon.Options;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Holdfast.Daemon.Access;

/// <summary>
/// What this agent shows on the network, and whom it takes for another agent (docs/adr/0023). Clients need no certificate, they have tokens; but one that is shown must be an agent's,
/// else the connection ends before a word is said. Without a certificate of its own the agent works as ever, but nobody reaches it over the network; it is told, and read as soon as it is there.
/// </summary>
internal sealed class HostTls : IAsyncDisposable
{
    public static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan EndsSoon = TimeSpan.FromDays(30);

    private readonly string host;
    private readonly string directory;
    private readonly Dictionary<string, HashSet<IPAddress>> addresses;
    private readonly Sayings say;
    private readonly CredentialFiles files;

    /// <param name="look">How often the files are looked at for new ones.</param>
    public HostTls(DaemonOptions options, Action<string> say, TimeSpan? look = null)
    {
        (host, directory) = (options.Host, options.TlsDirectory);
        addresses = options.Hosts.ToDictionary(h => h.Name, h => h.Addresses.Values.Select(IPAddress.Parse).ToHashSet(), StringComparer.Ordinal);
        this.say = new(say);
        files = new(options.TlsDirectory, options.Host, say, look ?? TimeSpan.FromSeconds(10));
    }

    /// <summary>What an administrator must do about this host's certificate; null: nothing.</summary>
    public string? Problem => files.Problem ?? (files.Now?.Credential.NotAfter is { } end && end - DateTimeOffset.UtcNow is var left && left < EndsSoon ? Ending(end, over: left < TimeSpan.Zero) : null);

    /// <summary>One handshake as the server.</summary>
    public ValueTask<SslServerAuthenticationOptions> AcceptAsync(TlsHandshakeCallbackContext handshake)
    {
        var (credential, shown) = files.Now ?? throw new AuthenticationException(files.Problem);
        var from = (handshake.Connection.RemoteEndPoint as IPEndPoint)?.Address;
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = shown,
            ClientCertificateRequired = true,       // asked for; who has none is judged by a token
            RemoteCertificateValidationCallback = (_, client, _, _) => client is null || Takes((X509Certificate2)client, credential, from),
            AllowTlsResume = false,
        });
    }

    /// <summary>Makes the way to another host's agent one on which both prove who they are.</summary>
    public PeerWay To(string peer, IPAddress from) => new(Uri.UriSchemeHttps, network =>
    {
        network.ConnectCallback = (context, cancel) => ConnectAsync(from, context.DnsEndPoint, cancel);
        network.SslOptions = As(peer);
        return network;
    });

    /// <summary>What etcd and its clients prove themselves by.</summary>
    public EtcdTls Etcd => new(
        Path.Combine(directory, HostCertificate.OwnFile), Path.Combine(directory, HostCertificate.OwnKeyFile), Path.Combine(directory, ClusterAuthority.CertificateFile), AgentCertificate.Mark, As);

    public void Start() => files.Start();

    public ValueTask DisposeAsync() => files.DisposeAsync();

    private bool Takes(X509Certificate2 client, HostCredential credential, IPAddress? from)
    {
        var refusal = AgentCertificate.Refusal(client, credential.Authorities, DateTimeOffset.UtcNow) ?? Unplaced(AgentCertificate.HostOf(client)!, from);
        if (refusal is not null)
        {
            say.Say($"a connection from {from} was refused: its certificate {refusal}");
        }

        return refusal is null;
    }

    private string? Unplaced(string name, IPAddress? from) => name == host ? "is this very host's"
        : !addresses.TryGetValue(name, out var own) ? $"is {name}'s, which is no host of this cluster (hosts)"
        : from is null || !own.Contains(from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from) ? $"is {name}'s, which has no such address (hosts)"
        : null;

    /// <summary>What this host shows to that one, and only to that one.</summary>
    private SslClientAuthenticationOptions As(string peer) => new()
    {
        LocalCertificateSelectionCallback = (_, _, _, _, _) => files.Now?.Credential.Own!,
        RemoteCertificateValidationCallback = (sender, shown, chain, errors) => Meets(peer, sender, shown, chain, errors),
        AllowTlsResume = false,
    };

    private bool Meets(string peer, object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (files.Now is not { } now)
        {
            return false;
        }

        var check = new ServerCheck(now.Credential.Authorities, peer);
        if (!check.Judge(sender, shown, chain, errors))
        {
            say.Say($"{peer} was not asked: the certificate that is shown at its address {((SslStream)sender).TargetHostName} {check.Refusal}");
        }

        return check.Refusal is null;
    }

    private string Ending(DateTimeOffset end, bool over) => FormattableString.Invariant(
        $"{host}'s certificate {(over ? "has ended" : "ends")} on {end.UtcDateTime:yyyy-MM-dd}: {(over ? "nobody" : "from then on nobody")} reaches its agent over the network; 'holdfast ca issue {host}' makes another, which is taken without a restart");

    /// <summary>From this host's address on that network: it is what the other side knows this host by.</summary>
    private static async ValueTask<Stream> ConnectAsync(IPAddress from, DnsEndPoint to, CancellationToken cancel)
    {
        var socket = new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(to.Host), to.Port), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>How an agent reaches another one and is known there.</summary>
/// <param name="Scheme">http or https.</param>
/// <param name="Over">What requests go through, given what carries them.</param>
internal sealed record PeerWay(string Scheme, Func<SocketsHttpHandler, HttpMessageHandler> Over);
