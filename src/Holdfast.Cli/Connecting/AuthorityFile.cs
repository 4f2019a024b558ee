using Holdfast.Certificates;

namespace Holdfast.Cli.Connecting;

/// <summary>Where the cluster's authority is for a client.</summary>
internal static class AuthorityFile
{
    /// <summary>The named one, whether it is there or not; else the user's; else this host's own. Null: there is none.</summary>
    public static string? Find(string? named, Func<string, string?> environment) => named is { Length: > 0 } ? named
        : environment("HOLDFAST_CA") is { Length: > 0 } said ? said
        : ((string[])[OfUser(environment), Path.Combine(HostCertificate.AgentDirectory, ClusterAuthority.CertificateFile)]).FirstOrDefault(File.Exists);

    public static string OfUser(Func<string, string?> environment) => Path.Combine(
        environment("XDG_CONFIG_HOME") is { Length: > 0 } configured ? configured : Path.Combine(environment("HOME") ?? "/", ".config"), "holdfast", ClusterAuthority.CertificateFile);
}
