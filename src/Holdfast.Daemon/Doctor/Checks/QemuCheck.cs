using System.Text.RegularExpressions;

namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="run">Program and arguments to what it prints, or null and why not.</param>
internal sealed partial class QemuCheck(string? acceleration, Func<IReadOnlyList<string>, Task<(string? Output, string Why)>> run) : ICheck
{
    /// <summary>Older ones lose guests' writes when a machine migrates with TCG (docs/adr/0017).</summary>
    private static readonly Version Sound = new(9, 0);

    public string Name => "qemu";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel)
    {
        var (output, why) = await run(["qemu-system-x86_64", "--version"]);
        if (output is null)
        {
            return [Finding.Failed($"QEMU cannot be run: {why}", "install qemu-system-x86")];
        }

        if (Number().Match(output) is not { Success: true } match)
        {
            return [Finding.Unknown("QEMU does not say its version", "see 'qemu-system-x86_64 --version'")];
        }

        var version = Version.Parse(match.Value);
        return [version >= Sound ? Finding.Ok($"QEMU is {version}")
            : acceleration == "tcg" ? Finding.Failed($"QEMU is {version}, which now and then breaks a guest that migrates with TCG", "install QEMU 9.0 or newer, on Debian 12 from its backports")
            : Finding.Warning($"QEMU is {version}; with KVM nothing is known to be wrong with that, but Holdfast was tested with 10.0", "install QEMU 9.0 or newer, on Debian 12 from its backports")];
    }

    [GeneratedRegex(@"(?<=version )\d+\.\d+(\.\d+)?")]
    private static partial Regex Number();
}
