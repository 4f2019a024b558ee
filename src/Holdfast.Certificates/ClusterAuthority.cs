using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Certificates;

/// <summary>The cluster's own certificate authority: it says which hosts belong to the cluster, and nothing else trusts it.</summary>
public sealed class ClusterAuthority : IDisposable
{
    public const string CertificateFile = "ca-cert.pem";
    public const string KeyFile = "ca-key.pem";

    private static readonly TimeSpan Life = TimeSpan.FromDays(3652);

    /// <summary>Of a host's certificate.</summary>
    private static readonly TimeSpan HostLife = TimeSpan.FromDays(730);

    /// <summary>Valid from before now: clocks of hosts differ.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    // RFC 5280, 4.2.1.12.
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Like <see cref="AgentCertificate.Mark"/>, of who invites a host.</summary>
    private const string JoiningMark = "join.holdfast.internal";

    private readonly X509Certificate2 certificate;

    private ClusterAuthority(X509Certificate2 certificate) => this.certificate = certificate;

    /// <summary>For people.</summary>
    public string Subject => certificate.Subject;

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate => certificate;

    public DateTimeOffset NotAfter => new(certificate.NotAfter);

    public static ClusterAuthority Create(string cluster, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Named($"Holdfast cluster {cluster}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new(request.CreateSelfSigned(now - ClockSkew, now + Life));
    }

    /// <exception cref="CertificateException">It is not there, or cannot be read.</exception>
    public static ClusterAuthority Open(string directory)
    {
        try
        {
            return new(X509Certificate2.CreateFromPemFile(Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CertificateException($"The certificate authority in {directory} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>Writes certificate and key; an authority that is there already is never replaced, as all hosts' certificates hang on it.</summary>
    /// <exception cref="CertificateException">One is there, or it cannot be written.</exception>
    public void Save(string directory)
    {
        if (Path.Exists(Path.Combine(directory, KeyFile)) || Path.Exists(Path.Combine(directory, CertificateFile)))
        {
            throw new CertificateException($"{directory} holds a certificate authority already, on which its hosts' certificates hang; give another directory.");
        }

        PrivateFiles.Write(directory, [(CertificateFile, certificate.ExportCertificatePem() + "\n"), (KeyFile, PrivateKey(certificate))]);
    }

    /// <summary>One certificate of a host, for both ends of a connection, with a key that is made for it.</summary>
    /// <param name="addresses">The host's on all networks: QEMU connects to an address, and the certificate must name it.</param>
    /// <param name="agent">For the host's agent; else for QEMU, which is nobody that an agent would listen to.</param>
    /// <exception cref="CertificateException">The authority has ended.</exception>
    public HostCertificate Issue(string host, IEnumerable<IPAddress> addresses, DateTimeOffset now, bool agent)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(host, addresses, now, agent, new PublicKey(key));
        return new(host, certificate.ExportCertificatePem() + "\n", signed.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", new(signed.NotAfter));
    }

    /// <summary>The same for a key that somebody else keeps.</summary>
    /// <exception cref="CertificateException">The authority has ended.</exception>
    public X509Certificate2 Sign(string host, IEnumerable<IPAddress> addresses, DateTimeOffset now, bool agent, PublicKey key) =>
        Signed(Named(host), key, Names(agent ? [host, AgentCertificate.Mark] : [host], addresses), now, HostLife);

    /// <summary>What the inviting side shows to a host that joins: nobody's certificate, for a day, with its key, which is in no file.</summary>
    /// <exception cref="CertificateException">The authority has ended.</exception>
    public X509Certificate2 IssueForJoining(IPAddress address, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Signed(Named(JoiningMark), new PublicKey(key), Names([JoiningMark], [address]), now, TimeSpan.FromDays(1));
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>Whether that authority made the certificate for this purpose.</summary>
    public static bool IsForJoining(X509Certificate2 shown, X509Certificate2 authority, DateTimeOffset now) =>
        Chains.Faults(shown, [authority], now) == X509ChainStatusFlags.NoError && Chains.DnsNames(shown).SequenceEqual([JoiningMark]);

    private X509Certificate2 Signed(X500DistinguishedName subject, PublicKey key, X509Extension names, DateTimeOffset now, TimeSpan life)
    {
        if (now >= NotAfter)
        {
            throw new CertificateException($"The certificate authority '{Subject}' has ended on {NotAfter:yyyy-MM-dd}; make a new one and new certificates of all hosts.");
        }

        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        // KeyEncipherment is of no use with an elliptic curve; it is there because QEMU 7.2 is known to ask for it where the usage is critical (not tried without).
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([ServerAuthentication, ClientAuthentication], critical: false));
        request.CertificateExtensions.Add(names);
        var (begin, end) = (now - ClockSkew, now + life);
        return request.Create(certificate, begin > certificate.NotBefore ? begin : certificate.NotBefore, end < NotAfter ? end : NotAfter, RandomNumberGenerator.GetBytes(16));
    }

    public void Dispose() => certificate.Dispose();

    private static X500DistinguishedName Named(string name)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(name);
        return builder.Build();
    }

    private static X509Extension Names(string[] dns, IEnumerable<IPAddress> addresses)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dns)
        {
            names.AddDnsName(name);
        }

        foreach (var address in addresses.Distinct())
        {
            names.AddIpAddress(address);
        }

        return names.Build();
    }

    private static string PrivateKey(X509Certificate2 owner)
    {
        using var key = owner.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
