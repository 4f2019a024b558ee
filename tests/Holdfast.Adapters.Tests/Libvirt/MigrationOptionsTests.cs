using Holdfast.Adapters.Libvirt.Migration;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class MigrationOptionsTests
{
    private const uint Tls = 1 << 16;     // VIR_MIGRATE_TLS

    [Fact]
    public void Both_ends_are_told_to_encrypt()
    {
        var options = new MigrationOptions { Encrypted = true };
        Assert.Equal((Tls, Tls), (options.SourceFlags & Tls, options.TargetFlags & Tls));
        Assert.Equal(0u, (new MigrationOptions().SourceFlags | new MigrationOptions().TargetFlags) & Tls);
    }

    // As seen in the lab with libvirt 9.0 and QEMU 7.2.
    [Theory]
    [InlineData("libvirt: migration step Prepare failed: internal error: unable to execute QEMU command 'object-add': Unable to access credentials /etc/pki/qemu/server-key.pem: No such file or directory")]
    [InlineData("libvirt: migration step Perform failed: operation failed: job 'migration out' failed: The certificate hasn't got a known issuer")]
    public void Words_about_certificates_come_with_the_way_out(string words)
    {
        Assert.Contains("'holdfast ca issue'", new MigrationOptions { Encrypted = true }.Explain(words), StringComparison.Ordinal);
        Assert.Equal(words, new MigrationOptions().Explain(words));
    }

    [Fact]
    public void Other_words_stay_as_they_are() =>
        Assert.Equal("libvirt: migration step Perform failed: no space", new MigrationOptions { Encrypted = true }.Explain("libvirt: migration step Perform failed: no space"));
}
