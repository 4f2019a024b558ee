using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabTruthCommand(Context context)
    : LabCommand(context, "truth", "What really runs where, seen from outside, without asking any agent.")
{
    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var truth = await LabCluster.Truth(Named(parse), cancel);
        if (Context.Json(parse))
        {
            Terminal.Out.WriteLine(JsonSerializer.Serialize(truth, LabJson.Default.TruthReport));
            return ExitCode.Done;
        }

        var table = new Table("MACHINE", "COPIES", "COUNTER", "GAPS", "FOREIGN WRITES");
        foreach (var m in truth.Machines)
        {
            var copies = m.Copies.Select(c => $"{c.Host} pid {c.Pid} {(c.Executing ? "executing" : "not executing")} since {c.Started.ToLocalTime():HH:mm:ss}");
            table.Row(m.Name, string.Join("; ", copies), Text(m.Counter), Text(m.Gaps), Text(m.ForeignWrites));
        }

        table.Write(Terminal);
        return ExitCode.Done;
    }

    private static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}
