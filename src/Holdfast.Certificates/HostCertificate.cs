namespace Holdfast.Certificates;

/// <summary>What a host shows to prove that it belongs to the cluster.</summary>
/// <param name="Authority">PEM: the cluster's authority, by which the others are judged.</param>
/// <param name="Certificate">PEM.</param>
/// <param name="Key">PEM, PKCS #8: secret.</param>
public sealed record HostCertificate(string Host, string Authority, string Certificate, string Key, DateTimeOffset NotAfter)
{
    /// <summary>Where libvirt looks for QEMU's certificates when qemu.conf names no other place.</summary>
    public const string QemuDirectory = "/etc/pki/qemu";

    /// <summary>Where an agent looks for its own.</summary>
    public const string AgentDirectory = "/etc/holdfast/tls";
    public const string OwnFile = "host-cert.pem";
    public const string OwnKeyFile = "host-key.pem";

    /// <summary>Writes the files that an agent looks for (<see cref="HostCredential"/>); what was there before is replaced.</summary>
    /// <exception cref="CertificateException">They cannot be written.</exception>
    public void SaveForAgent(string directory) => PrivateFiles.Write(directory, [(ClusterAuthority.CertificateFile, Authority), (OwnKeyFile, Key), (OwnFile, Certificate)]);

    /// <summary>Writes the files that libvirt and QEMU look for (libvirt, "TLS transport": one pair as a server, one as a client); what was there before is replaced.</summary>
    /// <exception cref="CertificateException">They cannot be written.</exception>
    public void SaveForQemu(string directory) => PrivateFiles.Write(directory,
        [(ClusterAuthority.CertificateFile, Authority), ("server-cert.pem", Certificate), ("server-key.pem", Key), ("client-cert.pem", Certificate), ("client-key.pem", Key)]);
}
