namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="ask">The daemon's version, or null and why it does not say it.</param>
internal sealed class LibvirtCheck(string uri, Func<Task<(Version? Version, string? Why)>> ask) : ICheck
{
    /// <summary>The oldest that Holdfast was tested with (Debian 12's).</summary>
    private static readonly Version Tested = new(9, 0, 0);

    public string Name => "libvirt";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => [await ask() switch
    {
        (null, var why) => Finding.Failed($"libvirt does not answer at {uri}: {why?.TrimEnd('.')}", "start it with 'systemctl start libvirtd' and see 'journalctl -u libvirtd'"),
        ({ } version, _) when version < Tested => Finding.Warning($"libvirt is {version}, older than {Tested}, the oldest that Holdfast was tested with", "install a newer libvirt"),
        ({ } version, _) => Finding.Ok($"libvirt {version} answers at {uri}"),
    }];
}
