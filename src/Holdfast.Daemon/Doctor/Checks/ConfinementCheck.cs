namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>Whether AppArmor, where libvirt uses it, lets QEMU make the sockets over which agent and guard speak to it.</summary>
/// <param name="read">A file's text; null: there is none.</param>
internal sealed class ConfinementCheck(Func<string, string?> read) : ICheck
{
    /// <summary>Debian's libvirt reads it into every machine's profile.</summary>
    public const string Additions = "/etc/apparmor.d/local/abstractions/libvirt-qemu";

    private const string Profiles = "/sys/kernel/security/apparmor/profiles";
    private const string Folder = "/run/holdfast/";

    public string Name => "apparmor";

    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>([(read(Profiles), read(Additions)) switch
    {
        (null, _) => Finding.Ok("AppArmor is not in use"),
        (_, { } rules) when rules.Split('\n').Any(l => l.TrimStart().StartsWith(Folder, StringComparison.Ordinal)) => Finding.Ok("AppArmor lets QEMU make its sockets in /run/holdfast"),
        _ => Finding.Failed("AppArmor is in use, and nothing lets QEMU make its sockets in /run/holdfast/qmp", $"add the line '/run/holdfast/qmp/*.sock rw,' to {Additions} and restart libvirtd"),
    }]);
}
