using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Adapters.Fencing;

/// <summary>
/// One device of one host, through a program of the fence-agents package: <c>action=off</c>, then <c>action=status</c>. Only a status that says off is a
/// confirmation; an <c>off</c> that reported success is not (FenceAgentAPI.md: 'off' returns 0; 'status' returns 2 and prints OFF when the plug is off).
/// </summary>
internal sealed partial class FenceAgentRunner(FenceOptions options)
{
    internal async Task<string?> OffAsync(string host)
    {
        using var limit = new CancellationTokenSource(options.Limit);
        var off = await RunAsync(host, "off", limit.Token);

        // An 'off' that failed may still have switched off, or the plug was off before: the status decides, and nothing else.
        while (true)
        {
            var status = await RunAsync(host, "status", limit.Token);
            if (status is { ExitCode: 2 } && SaysOff(status.Output))
            {
                return null;
            }

            if (off is not { ExitCode: 0 } || status is null || status.ExitCode != 0 || limit.IsCancellationRequested)
            {
                return Refusal(host, off, status);
            }

            // Switched off by its word, still on by its status: some devices lag. The limit ends it.
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }

    /// <summary>Asks for the state of the plug, whatever it is. Null: the device has said it.</summary>
    internal async Task<string?> TestAsync(string host)
    {
        using var limit = new CancellationTokenSource(options.Limit);
        return await RunAsync(host, "status", limit.Token) switch
        {
            { ExitCode: 2 } run when SaysOff(run.Output) => null,
            { ExitCode: 0 } run when On().IsMatch(run.Output) && !Off().IsMatch(run.Output) => null,
            null => string.Create(CultureInfo.InvariantCulture, $"the fence agent '{options.Agent}' did not say within {options.Limit.TotalSeconds:0.#} s whether {host} is on or off"),
            { } run => $"the fence agent '{options.Agent}' did not say whether {host} is on or off (exit code {run.ExitCode}{Said(run)})",
        };
    }

    internal string Input(string host, string action)
    {
        var lines = new StringBuilder().Append("action=").Append(action).Append('\n');
        foreach (var (name, value) in options.Options)
        {
            lines.Append(name).Append('=').Append(value.Replace("{host}", host, StringComparison.Ordinal)).Append('\n');
        }

        if (!options.Options.ContainsKey("plug") && !options.Options.ContainsKey("port"))
        {
            lines.Append("plug=").Append(host).Append('\n');
        }

        return lines.Append("nodename=").Append(host).Append('\n').ToString();
    }

    private static bool SaysOff(string output) => Off().IsMatch(output) && !On().IsMatch(output);

    [GeneratedRegex(@"\boff\b", RegexOptions.IgnoreCase)]
    private static partial Regex Off();

    [GeneratedRegex(@"\bon\b", RegexOptions.IgnoreCase)]
    private static partial Regex On();

    /// <summary>Null when the limit has passed: then the process is killed and nothing is known.</summary>
    private async Task<Run?> RunAsync(string host, string action, CancellationToken limit)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(options.Agent)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        process.Start();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit);
            var errors = process.StandardError.ReadToEndAsync(limit);
            await WriteAsync(process, Input(host, action), limit);
            await process.WaitForExitAsync(limit);
            return new Run(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return null;
        }
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken limit)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), limit);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its options; its exit code says why.
        }
    }

    private string Refusal(string host, Run? off, Run? status) => (off, status) switch
    {
        (null, _) or (_, null) => string.Create(
            CultureInfo.InvariantCulture, $"The fence agent '{options.Agent}' did not confirm within {options.Limit.TotalSeconds:0.#} s that {host} is off; try it by hand: {options.Agent} with action=status."),
        ({ ExitCode: not 0 }, _) => $"The fence agent '{options.Agent}' could not switch {host} off (exit code {off.ExitCode}{Said(off)}), and its status does not say off{Said(status)}.",
        _ => $"The fence agent '{options.Agent}' says that {host} is not off (exit code {status.ExitCode}{Said(status)}).",
    };

    private static string Said(Run run)
    {
        var text = (run.Errors.Trim() is { Length: > 0 } e ? e : run.Output.Trim()).Split('\n')[^1].Trim();
        return text.Length == 0 ? "" : $": {text}";
    }

    private sealed record Run(int ExitCode, string Output, string Errors);
}
