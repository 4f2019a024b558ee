using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Cli.Parsing;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabObserveCommand : LabCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<int> time = Inputs.NumberOption("--for", 10, 1, 3600, "Seconds to watch.");

    public LabObserveCommand(Context context)
        : base(context, "observe", "Follow a machine's counter over all hosts, and its longest silence.")
    {
        Add(machine);
        Add(time);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var json = Context.Json(parse);
        Action<DateTimeOffset, string, long>? line = json ? null : (at, host, counter) =>
        {
            Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at.ToLocalTime():HH:mm:ss.fff}  {host,-6}  {counter}"));
            Terminal.Out.Flush();
        };
        var report = await LabCluster.Observe(Named(parse), parse.GetRequiredValue(machine), TimeSpan.FromSeconds(parse.GetValue(time)), line, cancel);
        Terminal.Out.WriteLine(json
            ? JsonSerializer.Serialize(report, LabJson.Default.ObserveReport)
            : string.Create(CultureInfo.InvariantCulture, $"{report.Lines} lines, longest silence {report.LongestSilence.TotalMilliseconds:0} ms, median {report.MedianInterval.TotalMilliseconds:0} ms."));
        return ExitCode.Done;
    }
}
