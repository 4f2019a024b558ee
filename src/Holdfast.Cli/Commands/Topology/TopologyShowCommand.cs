using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Topology;

internal sealed class TopologyShowCommand : ClusterCommand
{
    private readonly Option<string> format = new("--format") { Description = "'text', or 'svg' for a picture.", HelpName = "text|svg", DefaultValueFactory = _ => "text" };

    public TopologyShowCommand(Context context)
        : base(context, "show", "What the cluster consists of, what hangs on what, and how that is known.")
    {
        format.AcceptOnlyFromAmong("text", "svg");
        Add(format);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) => Show(
        parse, await client.TopologyAsync(cancel), ApiJson.Readable.TopologyReport, parse.GetValue(format) == "svg" ? r => Terminal.Out.Write(TopologyPicture.Of(r)) : Write);

    private void Write(TopologyReport report)
    {
        Terminal.Out.WriteLine(report.Declared is { } file
            ? $"As {report.Host} knows it, with what {file} declares."
            : $"As {report.Host} knows it; nothing is declared, so each network whose switches no host sees is taken to be one.");
        var edges = report.Edges.ToLookup(e => e.From);
        var table = new Table("COMPONENT", "KNOWN", "BY", "HANGS ON", "DETAIL");
        foreach (var component in report.Components)
        {
            table.Row(component.Id, component.Confidence, component.Source, string.Join(", ", Hangs([.. edges[component.Id]])), component.Detail);
        }

        table.Write(Terminal);
        foreach (var unknown in report.Unknown)
        {
            Terminal.Out.WriteLine($"not known: {unknown}");
        }
    }

    private static IEnumerable<string> Hangs(TopologyEdge[] edges)
    {
        foreach (var edge in edges.Where(e => e.Role != "oneOf"))
        {
            yield return edge.Role == "plugged" ? $"plugged into {edge.To} ({edge.Confidence})" : edge.To;
        }

        if (edges.Where(e => e.Role == "oneOf").Select(e => e.To).ToList() is [_, ..] alternatives)
        {
            yield return alternatives.Count == 1 ? alternatives[0] : $"one of {string.Join(" and ", alternatives)}";
        }
    }
}
