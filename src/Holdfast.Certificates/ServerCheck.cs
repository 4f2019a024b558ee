using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Certificates;

/// <summary>How a client makes sure that it talks to an agent of its cluster before it says anything.</summary>
/// <param name="authorities">Of the cluster.</param>
/// <param name="host">Whom it must be; null: whoever is named by the address that was asked.</param>
public sealed class ServerCheck(X509Certificate2Collection authorities, string? host = null)
{
    private volatile string? refusal;

    /// <summary>What was wrong with the last server, to be put behind "its certificate …"; null: nothing.</summary>
    public string? Refusal => refusal;

    /// <summary>Resumed sessions would let a certificate live on that is not taken any more.</summary>
    public SslClientAuthenticationOptions Options => new() { RemoteCertificateValidationCallback = Judge, AllowTlsResume = false };

    /// <summary>For <see cref="RemoteCertificateValidationCallback"/>.</summary>
    public bool Judge(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        refusal = shown is X509Certificate2 certificate ? AgentCertificate.Refusal(certificate, authorities, DateTimeOffset.UtcNow) ?? Misnamed(certificate, ((SslStream)sender).TargetHostName) : "is missing";
        return refusal is null;
    }

    private string? Misnamed(X509Certificate2 certificate, string asked) => host is not null
        ? AgentCertificate.HostOf(certificate) == host ? null : $"is {AgentCertificate.HostOf(certificate)}'s and not {host}'s"
        : certificate.MatchesHostname(asked, allowWildcards: false, allowCommonName: false) ? null
        : $"is {AgentCertificate.HostOf(certificate)}'s, and does not name '{asked}': use the host's name or one of its addresses in the cluster";
}
