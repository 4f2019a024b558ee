using System.Globalization;
using System.Security;
using System.Text;

namespace Holdfast.Api;

/// <summary>
/// A topology as a picture: power, stacks and switches in columns, and beside them what is plugged in, each host and datastore as a box of its cables. How each thing is known is its mark: filled seen, square declared,
/// hollow and dashed inferred. One SVG for the command line and the console, whose colours it takes where there are some.
/// </summary>
public static class TopologyPicture
{
    private const int Width = 150, BoxWidth = 330, Gutter = 110, Margin = 16, Line = 20, Node = 30, Top = 74;
    private static readonly string[] Colours = ["#1f77b4", "#d2691e", "#2e8b57", "#8a4fbf", "#b8860b", "#c23b6e", "#3a7d7d", "#6b6b2f"];

    private const string Style = """
        .topo text { font: 12px system-ui, "Noto Sans", "DejaVu Sans", sans-serif; fill: var(--text, #1b2733) } .topo .quiet { fill: var(--quiet, #556474) } .topo .name { font-weight: 650 }
        .topo rect.box { fill: var(--surface, #fff); stroke: var(--rail, #8fa3b5); stroke-width: 1.5 } .topo .declared rect.box { stroke: var(--accent, #1f5f8b); stroke-width: 2.5 } .topo .inferred rect.box { stroke-dasharray: 3 3 }
        .topo .mark { fill: var(--text, #1b2733); stroke: var(--text, #1b2733) } .topo .inferred .mark { fill: none; stroke-dasharray: 2 1.5 }
        .topo path { fill: none; stroke: var(--rail, #8fa3b5); stroke-width: 1.4 } .topo path.inferred { stroke-dasharray: 3 3 } .topo path.declared { stroke-width: 2.2 }
        """;

    /// <param name="word">What a kind ("switch") or a way of knowing ("seen") is called; null: as the API calls it.</param>
    /// <returns>A whole SVG document.</returns>
    public static string Of(TopologyReport report, Func<string, string>? word = null)
    {
        var plan = new TopologyPlan(report, Width, BoxWidth, Gutter, Margin, Top, Line, Node);
        var names = word ?? (w => w);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"topo\" role=\"img\" width=\"{plan.Width}\" height=\"{plan.Height}\" viewBox=\"0 0 {plan.Width} {plan.Height}\">\n<style>{Style}</style>\n");
        text.Append(CultureInfo.InvariantCulture, $"<title>{Escaped($"{report.Components.Length}: {string.Join(", ", report.Components.GroupBy(c => c.Confidence).Select(g => $"{g.Count()} {names(g.Key)}"))}")}</title>\n");
        Legend(text, plan, names);
        foreach (var edge in plan.Edges)
        {
            Path(text, plan, edge);
        }

        foreach (var place in plan.Places)
        {
            Draw(text, place, names);
        }

        return text.Append("</svg>\n").ToString();
    }

    /// <summary>How each thing is known, and each network with the colour of its cables.</summary>
    private static void Legend(StringBuilder text, TopologyPlan plan, Func<string, string> names)
    {
        var x = Margin;
        foreach (var known in new[] { "seen", "declared", "inferred" })
        {
            text.Append(CultureInfo.InvariantCulture, $"<g class=\"{known}\">{Mark(known, x + 6, 22)}<text x=\"{x + 18}\" y=\"26\">{Escaped(names(known))}</text></g>\n");
            x += 120;
        }

        x = Margin;
        foreach (var network in plan.Networks)
        {
            text.Append(CultureInfo.InvariantCulture, $"<g class=\"{Escaped(network.Confidence)}\" data-id=\"{Escaped(network.Id)}\"><title>{Escaped(Says(network, names))}</title><line x1=\"{x}\" y1=\"48\" x2=\"{x + 22}\" y2=\"48\" stroke=\"{Colour(plan, network.Name)}\" stroke-width=\"3\" />{Mark(network.Confidence, x + 32, 48)}<text x=\"{x + 42}\" y=\"52\">{Escaped(network.Name)}</text></g>\n");
            x += 62 + (8 * network.Name.Length);
        }
    }

    private static void Draw(StringBuilder text, TopologyPlace place, Func<string, string> names)
    {
        var (component, confidence) = (place.Component, place.Component.Confidence);
        text.Append(CultureInfo.InvariantCulture, $"<g class=\"{Escaped(confidence)}\" data-id=\"{Escaped(component.Id)}\"><title>{Escaped(Says(component, names))}</title>");
        if (place.Height > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"<rect class=\"box\" x=\"{place.X}\" y=\"{place.Y}\" width=\"{place.Width}\" height=\"{place.Height}\" rx=\"6\" />");
        }

        var (x, y) = (place.X + 14 + (16 * place.Depth), place.Middle);
        text.Append(Mark(confidence, x, y)).Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 11}\" y=\"{y + 4}\"><tspan class=\"{(place.Height > 0 ? "name" : "row")}\">{Escaped(place.Label)}</tspan> <tspan class=\"quiet\">{Escaped(place.Label == component.Kind ? "" : names(component.Kind))}{Escaped(place.Note)}</tspan></text></g>\n");
    }

    private static void Path(StringBuilder text, TopologyPlan plan, TopologyWay way)
    {
        var middle = (way.FromX + way.ToX) / 2;
        text.Append(CultureInfo.InvariantCulture, $"<path class=\"{Escaped(way.Confidence)}\"{(way.Network is { } n ? $" style=\"stroke: {Colour(plan, n)}\"" : "")} d=\"M {way.FromX} {way.FromY} C {middle} {way.FromY} {middle} {way.ToY} {way.ToX} {way.ToY}\" />\n");
    }

    private static string Mark(string confidence, int x, int y) => confidence == "declared"
        ? string.Create(CultureInfo.InvariantCulture, $"<rect class=\"mark\" x=\"{x - 4}\" y=\"{y - 4}\" width=\"8\" height=\"8\" />")
        : string.Create(CultureInfo.InvariantCulture, $"<circle class=\"mark\" cx=\"{x}\" cy=\"{y}\" r=\"4\" />");

    private static string Colour(TopologyPlan plan, string network) => Colours[Math.Max(0, Array.FindIndex(plan.Networks, n => n.Name == network)) % Colours.Length];

    private static string Says(TopologyComponent c, Func<string, string> names) =>
        $"{c.Id}: {names(c.Confidence)}{(c.Source is { Length: > 0 } by ? $" ({by})" : "")}{(c.Detail is { Length: > 0 } detail ? $"; {detail}" : "")}";

    private static string Escaped(string text) => SecurityElement.Escape(string.Concat(text.Where(c => !char.IsControl(c))));
}
