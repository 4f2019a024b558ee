using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands;

internal sealed class TimersCommand(Context context) : ClusterCommand(context, "timers", "Every time limit, where it comes from, and the inequalities that keep machines single.")
{
    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.TimersAsync(cancel), ApiJson.Readable.TimerReport, report =>
        {
            var table = new Table("TIMER", "VALUE", "MEANING");
            foreach (var t in report.Timers)
            {
                table.Row(t.Name, t.Infinite ? "infinite" : t.Seconds is null ? "" : Words.Seconds(t.Seconds), t.Meaning);
            }

            Terminal.Out.WriteLine($"Profile {report.Profile}{(report.Datastore is null ? "" : $", datastore {report.Datastore}")}");
            table.Write(Terminal);
        });
}
