using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Certificates;

namespace Holdfast.Cli.Membership;

/// <summary>What makes a machine a host of a cluster: its files below /etc, and how they are written and given up.</summary>
/// <param name="Etc">/etc/holdfast.</param>
/// <param name="Qemu">Where libvirt looks for QEMU's certificates.</param>
internal sealed record HostFolder(string Etc, string Qemu)
{
    public const string Usual = "/etc/holdfast";
    private const string ConfigurationName = "holdfastd.json", SecretName = "secret", TlsName = "tls";
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public string Configuration => Path.Combine(Etc, ConfigurationName);

    public string Authority => Path.Combine(Etc, "ca");

    private string Secret => Path.Combine(Etc, SecretName);

    private string Tls => Path.Combine(Etc, TlsName);

    private IEnumerable<string> Files => [Configuration, Secret, .. ((string[])[ClusterAuthority.CertificateFile, HostCertificate.OwnFile, HostCertificate.OwnKeyFile]).Select(f => Path.Combine(Tls, f))];

    /// <exception cref="UsageException">This machine is a host already.</exception>
    public void MustBeNew()
    {
        if (Files.FirstOrDefault(File.Exists) is { } there)
        {
            throw new UsageException($"This machine belongs to a cluster already, as {there} says; 'holdfast leave' gives that up first.");
        }
    }

    /// <exception cref="CertificateException">A file cannot be written.</exception>
    public void Write(HostMembership membership)
    {
        membership.Agent.SaveForAgent(Tls);
        membership.Qemu.SaveForQemu(Qemu);
        PrivateFiles.Write(Etc, [(SecretName, membership.Secret), (ConfigurationName, membership.Configuration)]);     // the configuration last: with it the host is one
    }

    /// <exception cref="UsageException">It cannot be read.</exception>
    public JsonObject Read()
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(Configuration), documentOptions: Lenient) as JsonObject ?? throw new JsonException("it is no object");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UsageException($"{Configuration} cannot be read ({e.Message.TrimEnd('.')}); this is done on a host of the cluster, as root.");
        }
    }

    /// <exception cref="UsageException">It cannot be read.</exception>
    public string ReadSecret(JsonObject configuration)
    {
        var file = configuration["secretFile"]?.GetValue<string>() ?? Secret;
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The cluster's secret {file} cannot be read ({e.Message.TrimEnd('.')}); this is done on a host of the cluster, as root.");
        }
    }

    /// <summary>Removes what lets this machine speak as a host; the authority, where it is here, stays.</summary>
    /// <returns>What was removed.</returns>
    public string[] GiveUp()
    {
        string[] gone = [.. Files.Concat(((string[])["server-key.pem", "client-key.pem", "server-cert.pem", "client-cert.pem", ClusterAuthority.CertificateFile]).Select(f => Path.Combine(Qemu, f))).Where(File.Exists)];
        foreach (var file in gone)
        {
            File.Delete(file);
        }

        return gone;
    }
}
