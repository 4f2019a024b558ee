using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Certificates;

/// <summary>What a host has to prove itself and to judge others by, as read from its directory.</summary>
/// <param name="Own">With its private key.</param>
/// <param name="Authorities">One; two while the cluster changes from one to the next.</param>
public sealed record HostCredential(X509Certificate2 Own, X509Certificate2Collection Authorities)
{
    public DateTimeOffset NotAfter => new(Own.NotAfter);

    /// <exception cref="CertificateException">A file is missing, cannot be read, or certificate and key do not belong together.</exception>
    public static HostCredential Read(string directory)
    {
        try
        {
            var own = X509Certificate2.CreateFromPemFile(Path.Combine(directory, HostCertificate.OwnFile), Path.Combine(directory, HostCertificate.OwnKeyFile));
            return new(own, Authority(Path.Combine(directory, ClusterAuthority.CertificateFile)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new CertificateException($"The host's certificate in {directory} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>The certificates of a PEM file, at least one.</summary>
    /// <exception cref="CertificateException">There is none, or it cannot be read.</exception>
    public static X509Certificate2Collection Authority(string file)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            return all.Count > 0 ? all : throw new CertificateException($"{file} holds no certificate; give the cluster's {ClusterAuthority.CertificateFile}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new CertificateException($"The cluster's authority {file} cannot be read: {e.Message.TrimEnd('.')}.");
        }
    }
}
