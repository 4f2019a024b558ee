using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Certificates;

namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="wanted">It is encrypted; null: not known.</param>
/// <param name="folder">Where the certificates lie.</param>
internal sealed class CertificateCheck(CertificateUse use, bool? wanted, string folder, Func<DateTimeOffset> now) : ICheck
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public string Name => use.Name;

    private string Make => $"'holdfast ca issue' makes a host's files; see {use.Runbook}";

    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>(wanted == false
        ? [Finding.Warning(use.Off, $"set it to true on every host; {Make}")]
        : [.. use.Files.Select(Look)]);

    private Finding Look(string name)
    {
        var file = Path.Combine(folder, name);
        if (!File.Exists(file))
        {
            return Finding.Failed($"{file} is missing, so that {use.Missing}", Make);
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            var end = new DateTimeOffset(certificate.NotAfter);
            var until = end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return end < now() ? Finding.Failed($"{file} was good until {until}", Make)
                : end < now() + Soon ? Finding.Warning($"{file} is good only until {until}", Make)
                : Finding.Ok($"{file} is good until {until}");
        }
        catch (CryptographicException e)
        {
            return Finding.Failed($"{file} is no certificate: {e.Message.TrimEnd('.')}", Make);
        }
    }
}

/// <summary>What a host has certificates for.</summary>
/// <param name="Off">What it means that there is no encryption.</param>
/// <param name="Missing">What does not work without a file.</param>
internal sealed record CertificateUse(string Name, string[] Files, string Off, string Missing, string Runbook)
{
    public static CertificateUse Migrations { get; } = new(
        "migration certificates", [ClusterAuthority.CertificateFile, "server-cert.pem", "client-cert.pem"], "migrationTls is off: machines' memory can be read on the migration network",
        "encrypted migrations fail (unless qemu.conf names another folder)", "docs/operations/migration-encryption.md");

    public static CertificateUse Agent { get; } = new(
        "agent certificate", [ClusterAuthority.CertificateFile, HostCertificate.OwnFile], "tls is off: what agents and clients say can be read on the cluster network", "nobody reaches this host's agent over the network",
        "docs/operations/tls.md");
}
