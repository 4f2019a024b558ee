using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Commands;

/// <summary>
/// Asks holdfastd, the program, to look at this host: it has the checks, as it has what they look with. No agent needs to run.
/// </summary>
internal sealed class DoctorCommand : Command
{
    /// <summary>The program's own checks have limits far below.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Context context;
    private readonly Func<string, string?> environment;
    private readonly Option<string?> configuration = new("--config") { Description = "The host's configuration; by default /etc/holdfast/holdfastd.json.", HelpName = "FILE" };

    public DoctorCommand(Context context, Func<string, string?> environment)
        : base("doctor", "Look at this host: KVM, libvirt, QEMU, time, mounts, watchdog, fence devices, MTU, certificates, room, ports; exit code 1 when something failed.")
    {
        (this.context, this.environment) = (context, environment);
        Add(configuration);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var report = await ReportAsync(parse.GetValue(configuration), cancel);
        if (context.Json(parse))
        {
            context.Write(report, ApiJson.Readable.DoctorReport);
        }
        else
        {
            Write(report);
        }

        return report.Findings.Any(f => f.State == DoctorStates.Failed) ? ExitCode.Failed : ExitCode.Done;
    }

    private async Task<DoctorReport> ReportAsync(string? file, CancellationToken cancel)
    {
        var folder = environment("HOLDFAST_BIN") is { Length: > 0 } bin ? bin : Path.GetDirectoryName(Environment.ProcessPath) ?? ".";
        var program = Path.Combine(folder, "holdfastd");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, ["--doctor", .. file is null ? Array.Empty<string>() : ["--config", file]]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new ApiException(ErrorCode.Failed, $"{program}, which looks at the host, cannot be run ({e.Message}); install Holdfast's package, or name its folder in $HOLDFAST_BIN.");
        }

        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(Patience);
        try
        {
            process.StandardInput.Close();
            var (said, wrong) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
            await process.WaitForExitAsync(late.Token);
            return process.ExitCode == 0 ? JsonSerializer.Deserialize(await said, ApiJson.Default.DoctorReport)! : throw new ApiException(ErrorCode.Failed, $"{program} could not look at the host: {(await wrong).Trim()}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new ApiException(ErrorCode.Failed, $"{program} has not ended within {Patience.TotalSeconds:0} s.");
        }
        catch (JsonException)
        {
            throw new ApiException(ErrorCode.Failed, $"{program} printed something else than expected; use programs of one version.");
        }
    }

    private void Write(DoctorReport report)
    {
        foreach (var finding in report.Findings)
        {
            var line = $"{Word(finding.State),-8}  {finding.Check,-13}  {finding.Says}";
            context.Terminal.Out.WriteLine(finding.State == DoctorStates.Failed ? context.Terminal.Red(line) : line);
            if (finding.Mend is { } mend)
            {
                context.Terminal.Out.WriteLine($"{"",-25}-> {mend}");
            }
        }

        int Count(string state) => report.Findings.Count(f => f.State == state);
        context.Terminal.Out.WriteLine();
        context.Terminal.Out.WriteLine($"{report.Host}: {Count(DoctorStates.Ok)} ok, {Count(DoctorStates.Warning)} warning, {Count(DoctorStates.Failed)} failed, {Count(DoctorStates.Unknown)} cannot be checked.");
    }

    private static string Word(string state) => state switch
    {
        DoctorStates.Failed => "FAILED",
        DoctorStates.Unknown => "unknown",
        _ => state,
    };
}
