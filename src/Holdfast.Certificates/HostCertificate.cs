namespace Holdfast.Certificates;

/// <summary>What a host shows to prove that it belongs to the cluster.</summary>
/// <param name="Authority">PEM: the cluster's authority, by which the others are judged.</param>
/// <param name="Certificate">PEM.</param>
/// <param name="Key">PEM, PKCS #8: secret.</param>
public sealed record HostCertificate(string Host, string Authority, string Certificate, string Key, DateTimeOffset NotAfter)
{
    /// <summary>Where libvirt looks for QEMU's certificates when qemu.conf names no other place.</summary>
    public const string QemuDirectory = "/etc/pki/qemu";

    /// <summary>Writes the files that libvirt and QEMU look for (libvirt, "TLS transport": one pair as a server, one as a client); what was there before is replaced.</summary>
    /// <exception cref="CertificateException">They cannot be written.</exception>
    public void Save(string directory) => PrivateFiles.Write(directory,
        [(ClusterAuthority.CertificateFile, Authority), ("server-cert.pem", Certificate), ("server-key.pem", Key), ("client-cert.pem", Certificate), ("client-key.pem", Key)]);
}
