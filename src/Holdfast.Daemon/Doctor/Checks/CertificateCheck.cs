using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="wanted">Migrations are encrypted; null: not known.</param>
/// <param name="folder">Where QEMU's certificates lie when qemu.conf names no other place.</param>
internal sealed class CertificateCheck(bool? wanted, string folder, Func<DateTimeOffset> now) : ICheck
{
    private const string Make = "'holdfast ca issue' makes a host's files; see docs/operations/migration-encryption.md";
    private static readonly string[] Files = ["ca-cert.pem", "server-cert.pem", "client-cert.pem"];
    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    public string Name => "certificates";

    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>(wanted == false
        ? [Finding.Warning("migrationTls is off: machines' memory can be read on the migration network", $"set it to true on every host; {Make}")]
        : [.. Files.Select(Look)]);

    private Finding Look(string name)
    {
        var file = Path.Combine(folder, name);
        if (!File.Exists(file))
        {
            return Finding.Failed($"{file} is missing, so that encrypted migrations fail (unless qemu.conf names another folder)", Make);
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
