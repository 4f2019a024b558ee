using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Demo;

/// <summary>What <c>./run</c> does: the main job, once, in front of the user, each step checked from outside.</summary>
internal sealed class DemoCommand : Command
{
    private readonly Context context;
    private readonly Option<bool> once = new("--once") { Description = "Take the lab down at the end." };
    private readonly Option<int> hosts = Parsing.Inputs.NumberOption("--hosts", 3, 2, 9, "Number of hosts.");

    public DemoCommand(Context context)
        : base("demo", "A lab, two machines, a live migration, a power cut, a restart elsewhere: each step checked from outside.")
    {
        this.context = context;
        Add(once);
        Add(hosts);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var name = parse.GetValue(context.Options.Lab) ?? LabOptions.DefaultName;
        var keep = false;
        using var progress = new Progress(context.Terminal, "demo");
        try
        {
            var report = await new Demonstration(name, parse.GetValue(hosts), progress).RunAsync(cancel);
            keep = !parse.GetValue(once);
            Show(parse, report, keep);
            return ExitCode.Done;
        }
        catch (Exception e) when (e is ApiException or LabException)
        {
            ShowLogs(name);
            throw;
        }
        finally
        {
            if (!keep)
            {
                // Also after Ctrl-C and after a failure: nothing may be left, so nothing may cancel this.
                await LabCluster.Down(name, progress, CancellationToken.None);
            }
        }
    }

    private void Show(ParseResult parse, DemoReport report, bool keep)
    {
        if (context.Json(parse))
        {
            context.Write(report, DemoJson.Default.DemoReport);
            return;
        }

        context.Terminal.Error.Write(context.Terminal.Live ? "\r\e[K" : "");
        var table = new Table("STEP", "TIME", "SEEN");
        foreach (var step in report.Steps)
        {
            table.Row(step.What, string.Create(CultureInfo.InvariantCulture, $"{step.Seconds:0.000} s"), step.Seen);
        }

        table.Write(context.Terminal);
        if (keep)
        {
            context.Terminal.Out.WriteLine($"The lab '{report.Lab}' stays up; look with './holdfast vm list', './holdfast lab truth', './holdfast status'. Its API answers at {report.Address}. './holdfast lab down' ends it.");
            if (report.Console is { } console)
            {
                context.Terminal.Out.WriteLine($"Its web console, for a browser on this machine: {console}");
            }
        }
    }

    /// <summary>The agents' last words: a demonstration that fails on another machine must be understood from its output alone.</summary>
    private void ShowLogs(string lab)
    {
        foreach (var file in LabLogs.Files(lab))
        {
            context.Terminal.Error.WriteLine($"\n== {file}");
            foreach (var line in LabLogs.Tail(file, 40))
            {
                context.Terminal.Error.WriteLine(line);
            }
        }
    }
}
