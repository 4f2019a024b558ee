namespace Holdfast.Api;

/// <summary>One component in the picture.</summary>
/// <param name="Height">0: it is a line in its owner's box.</param>
/// <param name="Middle">Of its text.</param>
/// <param name="Depth">How far it is indented.</param>
/// <param name="Note">What stands behind its kind.</param>
internal sealed record TopologyPlace(TopologyComponent Component, int X, int Y, int Width, int Height, int Middle, int Depth, string Label, string Note = "");

/// <summary>A line of the picture, from what hangs to what it hangs on.</summary>
internal sealed record TopologyWay(int FromX, int FromY, int ToX, int ToY, string Confidence, string? Network);

/// <summary>Where each component stands: columns of what others hang on, then the boxes of those that own cables.</summary>
internal sealed class TopologyPlan
{
    private static readonly string[][] Columns = [["site"], ["strip"], ["stack", "trunk"], ["switch"]];
    private static readonly string[] Owners = ["host", "datastore", "address"];
    private readonly Dictionary<string, TopologyPlace> places = [];
    private readonly int width, boxWidth, line, node;

    public TopologyPlan(TopologyReport report, int width, int boxWidth, int gutter, int margin, int top, int line, int node)
    {
        (this.width, this.boxWidth, this.line, this.node) = (width, boxWidth, line, node);
        Networks = [.. report.Components.Where(c => c.Kind == "network")];
        var columns = Columns.Select(kinds => report.Components.Where(c => kinds.Contains(c.Kind)).ToList()).Where(c => c.Count > 0).ToList();
        var x = margin + (columns.Count * (width + gutter));
        var bottom = Boxes(report, x, top);
        Height = Math.Max(bottom, top + (columns.Select(c => c.Count).DefaultIfEmpty().Max() * (node + 14))) + margin;
        Width = x + boxWidth + margin;
        foreach (var (column, n) in columns.Select((c, n) => (c, n)))
        {
            Column(column, margin + (n * (width + gutter)), top, Height - margin);
        }

        Edges = [.. report.Edges.Select(Way).OfType<TopologyWay>()];
    }

    public int Width { get; }

    public int Height { get; }

    public TopologyComponent[] Networks { get; }

    public IEnumerable<TopologyPlace> Places => places.Values;

    public TopologyWay[] Edges { get; }

    private void Column(List<TopologyComponent> column, int x, int top, int bottom)
    {
        var step = Math.Max(node + 14, (bottom - top) / column.Count);
        foreach (var (component, n) in column.Select((c, n) => (c, n)))
        {
            var middle = top + (step * n) + (step / 2);
            places[component.Id] = new(component, x, middle - (node / 2), width, node, middle, 0, component.Name);
        }
    }

    /// <returns>Where the last one ends.</returns>
    private int Boxes(TopologyReport report, int x, int top)
    {
        var (owned, y) = (report.Components.Where(c => !Owners.Contains(c.Kind)).ToLookup(Owner), top);
        foreach (var owner in Owners.SelectMany(kind => report.Components.Where(c => c.Kind == kind)))
        {
            var lines = Lines(report, owner.Kind == "address" ? [] : [.. owned[owner.Name]]).ToList();
            var height = node + (lines.Count * line) + (lines.Count > 0 ? 6 : 0);
            places[owner.Id] = new(owner, x, y, boxWidth, height, y + (node / 2), 0, owner.Name);
            foreach (var (one, n) in lines.Select((l, n) => (l, n)))
            {
                places[one.Component.Id] = new(one.Component, x, 0, boxWidth, 0, y + node + (line * n) + (line / 2), one.Depth, one.Label, one.Note);
            }

            y += height + 14;
        }

        return y;
    }

    /// <summary>Each link with the cables that it consists of below it, then the rest.</summary>
    private static IEnumerable<(TopologyComponent Component, int Depth, string Label, string Note)> Lines(TopologyReport report, List<TopologyComponent> owned)
    {
        var cards = report.Edges.Where(e => e.Role == "needs" && e.To.StartsWith("card:", StringComparison.Ordinal)).ToLookup(e => e.From, e => Last(e.To));
        string Note(TopologyComponent c) => cards[c.Id].FirstOrDefault() is { } card ? $", card {card}" : "";
        foreach (var link in owned.Where(c => c.Kind == "link"))
        {
            yield return (link, 1, Last(link.Name), Note(link));
            foreach (var nic in owned.Where(c => c.Kind == "nic" && c.Name.StartsWith($"{link.Name}/", StringComparison.Ordinal)))
            {
                yield return (nic, 2, Last(nic.Name), Note(nic));
            }
        }

        foreach (var rest in owned.Where(c => c.Kind is "card" or "fence" or "etcd"))
        {
            yield return (rest, 1, rest.Kind == "etcd" ? "etcd" : Last(rest.Name), "");
        }
    }

    /// <summary>What is in one box needs no line.</summary>
    private TopologyWay? Way(TopologyEdge edge)
    {
        if (!places.TryGetValue(edge.From, out var from) || !places.TryGetValue(edge.To, out var to) || to.Height == 0 || to.X == from.X)
        {
            return null;
        }

        // A trunk stands before the switches that it joins.
        return to.X < from.X
            ? new(from.X, from.Middle, to.X + to.Width, to.Middle, edge.Confidence, edge.Network)
            : new(from.X + from.Width, from.Middle, to.X, to.Middle, edge.Confidence, edge.Network);
    }

    private static string Owner(TopologyComponent c) => c.Name.Split('/')[0];

    private static string Last(string name) => name[(name.LastIndexOf('/') + 1)..];
}
