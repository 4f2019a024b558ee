using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Guest;

/// <summary>Whether KVM works here, found out by starting a guest: /dev/kvm may exist and still run nothing.</summary>
internal static class AccelerationProbe
{
    private const string Answer = $"{LabPaths.Cache}/acceleration";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);

    /// <summary>"kvm" or "tcg". Asked once a boot of the machine: a kernel or a firmware may have changed since.</summary>
    internal static async Task<string> Ask(string guest, IProgress<string> progress, CancellationToken cancel)
    {
        var boot = (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", cancel)).Trim();
        if (File.Exists(Answer) && (await File.ReadAllTextAsync(Answer, cancel)).Split(' ') is [var known, var when] && when == boot)
        {
            return known;
        }

        var answer = "tcg";
        if (File.Exists("/dev/kvm"))
        {
            progress.Report("finding out whether KVM works here");
            answer = await Boots(guest, "kvm", cancel) ? "kvm" : "tcg";
        }

        Directory.CreateDirectory(LabPaths.Cache);
        await File.WriteAllTextAsync(Answer, $"{answer} {boot}", cancel);
        return answer;
    }

    private static async Task<bool> Boots(string guest, string acceleration, CancellationToken cancel)
    {
        var log = Path.GetTempFileName();
        try
        {
            // `timeout` ends it also when this program dies meanwhile.
            var seconds = $"{Limit.TotalSeconds:0}";
            var run = Shell.Run(["timeout", "-s", "KILL", seconds, "qemu-system-x86_64", "-accel", acceleration, "-m", "192", "-display", "none", "-nodefaults",
                "-no-reboot", "-serial", $"file:{log}", "-kernel", $"{guest}/kernel", "-initrd", $"{guest}/initrd", "-append", "console=ttyS0 quiet panic=-1"],
                limit: Limit + TimeSpan.FromSeconds(5), cancel: cancel);
            await run;
            return (await File.ReadAllTextAsync(log, cancel)).Contains("holdfast-guest", StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(log);
        }
    }
}
