using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Certificates;

/// <summary>Whether an authority vouches for a certificate.</summary>
internal static class Chains
{
    /// <summary>What is wrong at that time; none: nothing. Nobody else's word counts, and nothing is fetched.</summary>
    internal static X509ChainStatusFlags Faults(X509Certificate2 shown, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        return chain.Build(shown) ? X509ChainStatusFlags.NoError : chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
    }

    internal static IEnumerable<string> DnsNames(X509Certificate2 shown) => shown.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
}
