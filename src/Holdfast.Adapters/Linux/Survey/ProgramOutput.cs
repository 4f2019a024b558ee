using System.ComponentModel;
using System.Diagnostics;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>What a program prints, which may be missing, hang, or print without end.</summary>
public static class ProgramOutput
{
    /// <summary>In characters; a host with 1,000 interfaces prints one.</summary>
    private const int Most = 8 << 20;

    /// <param name="command">Program and arguments.</param>
    /// <returns>Output of a program that ended with 0; else null, and why.</returns>
    public static async Task<(string? Output, string Why)> OfAsync(IReadOnlyList<string> command, TimeSpan limit, CancellationToken cancel)
    {
        var (code, output, why) = await EndAsync(command, limit, cancel);
        return code == 0 ? (output, "") : (null, why);
    }

    /// <param name="command">Program and arguments.</param>
    /// <returns>What it ended with, or null when it could not be started or did not end; its output; and why that is no success.</returns>
    public static async Task<(int? Code, string Output, string Why)> EndAsync(IReadOnlyList<string> command, TimeSpan limit, CancellationToken cancel)
    {
        var program = command[0];
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return (null, "", $"{program} is not installed");
        }

        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        until.CancelAfter(limit);
        try
        {
            process.StandardInput.Close();
            var (output, errors) = (ReadAsync(process.StandardOutput, until.Token), ReadAsync(process.StandardError, until.Token));
            await Task.WhenAll(output, errors, process.WaitForExitAsync(until.Token));
            return (process.ExitCode, await output, $"{program} failed: {LastLine(await errors) ?? $"exit code {process.ExitCode}"}");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
            return (null, "", e is IOException ? $"{program}: {e.Message}" : $"{program} has not ended within {limit.TotalSeconds:0.#} s");
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancel)
    {
        var (text, buffer) = (new System.Text.StringBuilder(), new char[16 << 10]);
        for (int n; (n = await reader.ReadAsync(buffer, cancel)) > 0;)
        {
            text.Append(buffer, 0, n);
            if (text.Length > Most)
            {
                throw new IOException($"it printed more than {Most >> 20} MiB");
            }
        }

        return text.ToString();
    }

    private static string? LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
}
