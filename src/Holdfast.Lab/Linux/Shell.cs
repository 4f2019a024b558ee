using System.Diagnostics;

namespace Holdfast.Lab.Linux;

internal sealed record ShellResult(int ExitCode, string Output, string Error);

/// <summary>Runs programs.</summary>
internal static class Shell
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Runs a program to its end; one that takes longer than the limit is killed and reported.</summary>
    internal static async Task<ShellResult> Run(IReadOnlyList<string> command, string? input = null, TimeSpan? limit = null, CancellationToken cancel = default)
    {
        using var process = Start(command, redirect: true);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(limit ?? Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(over.Token);
            var error = process.StandardError.ReadToEndAsync(over.Token);
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), over.Token);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(over.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new LabException($"'{string.Join(' ', command)}' has not ended within {(limit ?? Patience).TotalSeconds:0} s.");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Runs a program that must succeed.</summary>
    internal static async Task<string> Must(IReadOnlyList<string> command, string? input = null, TimeSpan? limit = null, CancellationToken cancel = default)
    {
        var result = await Run(command, input, limit, cancel);
        return result.ExitCode == 0
            ? result.Output
            : throw new LabException($"'{string.Join(' ', command)}' failed: {(result.Error + result.Output).Trim().ReplaceLineEndings("; ")}.");
    }

    /// <summary>Starts a program that outlives this one: own session, nothing inherited, output appended to a log.</summary>
    internal static Task Detach(string log, IReadOnlyList<string> command, CancellationToken cancel = default) =>
        Must(["/bin/sh", "-c", "log=$1; shift; exec setsid -f \"$@\" </dev/null >>\"$log\" 2>&1", "sh", log, .. command], cancel: cancel);

    /// <summary>Runs a program with this terminal.</summary>
    internal static async Task<int> Attach(IReadOnlyList<string> command, CancellationToken cancel)
    {
        using var process = Start(command, redirect: false);
        try
        {
            await process.WaitForExitAsync(cancel);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(IReadOnlyList<string> command, bool redirect)
    {
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        foreach (var word in command.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LabException($"'{command[0]}' cannot be run ({e.Message}); 'eng/prepare' installs what the lab needs.", e);
        }
    }
}
