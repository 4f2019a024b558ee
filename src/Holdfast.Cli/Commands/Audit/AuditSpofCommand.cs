using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Audit;

internal sealed class AuditSpofCommand : ClusterCommand
{
    /// <summary>As long as the agent may take for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private readonly Option<bool> pairs = new("--pairs") { Description = "Also every two at once; shows the pairs that lose more machines together than one by one." };
    private readonly Option<string> kinds = new("--kinds") { Description = "Only components of these kinds, separated by commas (default: all).", HelpName = "KIND,…", DefaultValueFactory = _ => "" };

    public AuditSpofCommand(Context context)
        : base(context, "spof", "What the failure of every single component would cost, the worst first, and the known traps.")
    {
        Add(pairs);
        Add(kinds);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        client.Patience = Patience;
        var only = parse.GetRequiredValue(kinds).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Show(parse, await client.SinglePointsAsync(parse.GetValue(pairs), only, cancel), ApiJson.Readable.SinglePointReport, Write);
    }

    private void Write(SinglePointReport report)
    {
        var costly = report.Singles.Where(s => s is not { Lost: 0, Restarted: 0, Moved: 0, RedundancyLost: 0 }).ToArray();
        Terminal.Out.WriteLine($"{report.Singles.Length} components were taken away one by one; {report.Singles.Count(s => s.Lost > 0)} of them would lose machines, of {report.Machines}.");
        Write("FAILURE", costly);
        if (report.Pairs is { } both)
        {
            Terminal.Out.WriteLine();
            Terminal.Out.WriteLine(both.Length == 0 ? "No two lose more machines together than one by one." : "Together they lose more machines than one by one:");
            if (both.Length > 0)
            {
                Write("FAILURES", both);
            }
        }

        if (report.Traps.Length > 0)
        {
            Terminal.Out.WriteLine();
        }

        foreach (var trap in report.Traps)
        {
            Terminal.Out.WriteLine($"Trap: {trap.Says}");
        }
    }

    private void Write(string title, FailureCost[] costs)
    {
        var table = new Table(title, "LOST", "RESTARTED", "MOVED", "REDUNDANCY LOST");
        foreach (var cost in costs)
        {
            table.Row([string.Join(" + ", cost.Components), .. new[] { cost.Lost, cost.Restarted, cost.Moved, cost.RedundancyLost }.Select(n => n.ToString(CultureInfo.InvariantCulture))]);
        }

        table.Write(Terminal);
    }
}
