using System.Diagnostics;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>Programs that the measurements run, here or inside a host of a lab.</summary>
internal static class Command
{
    /// <summary>A program's standard output; a failure is a sentence with its last words.</summary>
    public static async Task<string> OutputAsync(CancellationToken cancel, params string[] words)
    {
        using var process = Start(words);
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? await output
                : throw new BenchException($"'{string.Join(' ', words)}' ended with {process.ExitCode}: {(await error).Trim()}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new BenchException($"'{string.Join(' ', words)}' has not ended within 3 minutes.");
        }
    }

    public static Process Start(params string[] words)
    {
        var start = new ProcessStartInfo(words[0]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in words[1..])
        {
            start.ArgumentList.Add(word);
        }

        return Process.Start(start) ?? throw new BenchException($"'{words[0]}' cannot be started.");
    }

    /// <summary>The words that run a command inside a host.</summary>
    public static string[] Inside(LabHostStatus host, params string[] words) => ["nsenter", "--target", $"{host.Pid}", "--all", "--", .. words];

    /// <summary>libvirt's address of a host's own daemon, as seen from this machine.</summary>
    public static string Libvirt(LabHostStatus host) => $"qemu+unix:///system?socket=/proc/{host.Pid}/root/run/libvirt/libvirt-sock";
}
