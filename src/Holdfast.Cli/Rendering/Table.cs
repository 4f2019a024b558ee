using System.Text;

namespace Holdfast.Cli.Rendering;

/// <summary>Columns as wide as their widest cell; the last one is not padded.</summary>
internal sealed class Table(params string[] header)
{
    private const string Bold = "\e[1m";
    private const string Reset = "\e[0m";

    private readonly List<string[]> rows = [];

    public Table Row(params string?[] cells)
    {
        rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? "-" : cell)]);
        return this;
    }

    public void Write(Terminal terminal)
    {
        var widths = header.Select((title, i) => rows.Select(row => row[i].Length).Append(title.Length).Max()).ToArray();
        var head = Line(header, widths);
        terminal.Out.WriteLine(terminal.Colour ? Bold + head + Reset : head);
        foreach (var row in rows)
        {
            terminal.Out.WriteLine(Line(row, widths));
        }
    }

    private static string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            line.Append(i == cells.Length - 1 ? cells[i] : cells[i].PadRight(widths[i] + 2));
        }

        return line.ToString().TrimEnd();
    }
}
