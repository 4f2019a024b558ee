using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Certificates;

/// <summary>
/// Who may be taken for an agent of the cluster. The authority's signature alone is not enough: QEMU has a certificate of it too, whose key QEMU's user can read, so an agent's bears a mark
/// besides: a DNS name that is no host's, because etcd, which tells agents by it, can look at nothing else.
/// </summary>
public static class AgentCertificate
{
    /// <summary>No host is called so: their names have no dots. ".internal" is reserved for names that are nobody's on the internet.</summary>
    public const string Mark = "agent.holdfast.internal";

    private const int MostShown = 80;

    /// <summary>Null: it is an agent's. Else what is wrong with it, to be put behind "its certificate …".</summary>
    public static string? Refusal(X509Certificate2 shown, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        var faults = Chains.Faults(shown, authorities, now);
        if ((faults & ~X509ChainStatusFlags.NotTimeValid) != X509ChainStatusFlags.NoError)
        {
            return $"is not of this cluster's authority but of '{Plain(shown.Issuer)}'";
        }

        return now.LocalDateTime > shown.NotAfter ? $"has ended on {Day(shown.NotAfter)}"
            : now.LocalDateTime < shown.NotBefore ? $"begins on {Day(shown.NotBefore)} only: one of the two clocks is wrong"
            : faults != X509ChainStatusFlags.NoError ? "is of an authority that has ended"
            : !Chains.DnsNames(shown).Contains(Mark, StringComparer.Ordinal) ? "is no agent's (QEMU has such ones)"
            : HostOf(shown) is null ? "names no host"
            : null;
    }

    /// <summary>The host that it names; null: none, or several.</summary>
    public static string? HostOf(X509Certificate2 shown) => Chains.DnsNames(shown).Where(n => n != Mark).ToArray() is [var host] ? host : null;

    private static string Day(DateTime local) => FormattableString.Invariant($"{local.ToUniversalTime():yyyy-MM-dd}");

    /// <summary>A stranger chose these words, and they go into a log.</summary>
    private static string Plain(string name) => new([.. name.Take(MostShown).Select(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '=' or ',' or '.' or '-' ? c : '?')]);
}
