using System.Collections.Immutable;
using System.Net;
using System.Net.Security;

namespace Holdfast.Adapters.Etcd;

/// <summary>The cluster's etcd: its members, and this host's part in it.</summary>
/// <param name="ClusterId">The Holdfast cluster; etcd's own cluster token is made from it, so that members of two clusters never join.</param>
/// <param name="Host">This host's name.</param>
/// <param name="LogFile">Where etcd itself writes; it outlives the agent, so it cannot write to the agent's pipe.</param>
public sealed record EtcdOptions(
    Guid ClusterId, string Host, ImmutableArray<EtcdMember> Members, int ClientPort, int PeerPort, string DataDirectory, string LogFile, string Program = "etcd")
{
    /// <summary>How members and clients prove themselves; null: they do not.</summary>
    public EtcdTls? Tls { get; init; }

    internal string Scheme => Tls is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;

    /// <summary>This host's own member, or null when it is only a client.</summary>
    public EtcdMember? Own => Members.FirstOrDefault(m => m.Name == Host);
}

/// <summary>One member. Ports of its own only where several members share an address (tests).</summary>
public sealed record EtcdMember(string Name, IPAddress Address, int? ClientPort = null, int? PeerPort = null)
{
    internal Uri Client(EtcdOptions options) => new UriBuilder(options.Scheme, Address.ToString(), ClientPort ?? options.ClientPort).Uri;

    internal Uri Peer(EtcdOptions options) => new UriBuilder(options.Scheme, Address.ToString(), PeerPort ?? options.PeerPort).Uri;
}

/// <param name="Certificate">PEM files; etcd reads this one and the key anew for each connection, the authority at its start.</param>
/// <param name="Name">The DNS name that a certificate must have besides being the authority's.</param>
/// <param name="Client">What this host's own calls show, and whom they take, by the member's name.</param>
public sealed record EtcdTls(string Certificate, string Key, string Authority, string Name, Func<string, SslClientAuthenticationOptions> Client);
