using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Cli.Tests.Calls;

public sealed class CaTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("holdfast-ca-").FullName;

    private string Authority => Path.Combine(place, "ca");

    private string Host => Path.Combine(place, "h1");

    public void Dispose() => Directory.Delete(place, recursive: true);

    [Fact]
    public async Task A_hosts_certificate_is_its_authoritys_and_names_the_host_and_its_addresses()
    {
        await MadeAsync();
        Assert.Equal(ExitCode.Done, (await IssueAsync("--address", "10.0.2.11", "--address", "fd00::11")).Exit);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Host, "tls", "ca-cert.pem"));
        foreach (var (end, dns) in ((string, string[])[])[("qemu/server", ["h1"]), ("qemu/client", ["h1"]), ("tls/host", ["h1", "agent.holdfast.internal"])])
        {
            using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(Host, $"{end}-cert.pem"), Path.Combine(Host, $"{end}-key.pem"));
            Assert.True(certificate.HasPrivateKey);
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
            Assert.Equal(dns, names.EnumerateDnsNames());
            Assert.Equal(["10.0.2.11", "fd00::11"], names.EnumerateIPAddresses().Select(a => a.ToString()));
            Assert.True(Trusts(authority, certificate));
        }
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_trusted()
    {
        await MadeAsync();
        await IssueAsync("--address", "10.0.2.11");
        await Call.RunAsync(["ca", "create", "other", "--dir", Path.Combine(place, "other")]);
        using var other = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(place, "other", "ca-cert.pem"));
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Host, "tls", "host-cert.pem"));
        Assert.False(Trusts(other, certificate));
    }

    [Fact]
    public async Task Only_the_owner_may_read_what_is_written()
    {
        await MadeAsync();
        await IssueAsync("--address", "10.0.2.11");
        Assert.All(
            Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.All((string[])[Authority, Path.Combine(Host, "tls"), Path.Combine(Host, "qemu")], folder => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
    }

    [Fact]
    public async Task An_authority_is_never_replaced()
    {
        await MadeAsync();
        var key = await File.ReadAllTextAsync(Path.Combine(Authority, "ca-key.pem"));
        (await Call.RunAsync(["ca", "create", "demo", "--dir", Authority])).IsOneSentence(ExitCode.Failed, Authority, "another directory");
        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(Authority, "ca-key.pem")));
    }

    [Theory]
    [InlineData("10.0.2.11", "10.0.2")]
    [InlineData("10.0.2.11", "h1")]
    public async Task An_address_that_is_none_writes_nothing(string good, string bad)
    {
        await MadeAsync();
        (await IssueAsync("--address", good, "--address", bad)).IsOneSentence(ExitCode.Usage, bad, "--address");
        Assert.False(Directory.Exists(Host));
    }

    [Fact]
    public async Task Without_an_authority_the_sentence_names_its_directory() =>
        (await IssueAsync("--address", "10.0.2.11")).IsOneSentence(ExitCode.Failed, Authority);

    private async Task MadeAsync() => Assert.Equal(ExitCode.Done, (await Call.RunAsync(["ca", "create", "demo", "--dir", Authority])).Exit);

    private Task<Call> IssueAsync(params string[] addresses) => Call.RunAsync(["ca", "issue", "h1", "--dir", Authority, "--out", Host, .. addresses]);

    private static bool Trusts(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
