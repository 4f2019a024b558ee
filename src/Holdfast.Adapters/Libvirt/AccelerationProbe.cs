using System.ComponentModel;
using System.Diagnostics;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// Finds out whether KVM works by starting a guest with it: its BIOS must say its name. That /dev/kvm exists proves nothing (nested or broken virtualisation).
/// A BIOS that runs is needed, not enough: where a kernel then fails to boot, configure TCG.
/// </summary>
public static class AccelerationProbe
{
    private const string Emulator = "qemu-system-x86_64";

    /// <summary><see cref="Acceleration.Kvm"/> when a guest has really run under it within <paramref name="limit"/>, else <see cref="Acceleration.Tcg"/>.</summary>
    public static async Task<Acceleration> BestAsync(TimeSpan limit) =>
        File.Exists("/dev/kvm") && await RunsAsync("kvm", limit).ConfigureAwait(false) ? Acceleration.Kvm : Acceleration.Tcg;

    internal static async Task<bool> RunsAsync(string accelerator, TimeSpan limit)
    {
        // Port 0x402 is SeaBIOS' debug console.
        var start = new ProcessStartInfo(Emulator)
        {
            ArgumentList =
            {
                "-accel", accelerator, "-nodefaults", "-display", "none", "-m", "16", "-chardev", "stdio,id=console", "-device",
                "isa-debugcon,iobase=0x402,chardev=console",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var guest = Process.Start(start)!;
            try
            {
                var line = await guest.StandardOutput.ReadLineAsync().WaitAsync(limit).ConfigureAwait(false);
                return line is not null && line.Contains("BIOS", StringComparison.Ordinal);
            }
            catch (TimeoutException)
            {
                return false;
            }
            finally
            {
                guest.Kill();
                await guest.WaitForExitAsync().WaitAsync(limit).ConfigureAwait(false);
            }
        }
        catch (Exception none) when (none is Win32Exception or TimeoutException)
        {
            return false;
        }
    }
}
