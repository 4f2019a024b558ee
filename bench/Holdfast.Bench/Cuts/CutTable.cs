namespace Holdfast.Bench.Cuts;

/// <summary>All runs as one table, with what plain libvirt left beside those that it had too.</summary>
internal static class CutTable
{
    private static readonly string[] Heads = ["CUT", "INSTANT", "OUTCOME", "ON", "SURE AFTER", "LONGEST SILENCE", "RIGHT", "PLAIN LIBVIRT"];

    public static void Write(IReadOnlyList<CutRow> rows, IReadOnlyList<PlainRow> plain)
    {
        Table.Write([Heads, .. rows.Select(r => (string[])[.. r.Cells, ""]), .. plain.Select(p => (string[])[p.Cut.Name, p.When, "", "", "", CutRow.Seconds(p.Silence), "", p.Left])]);
        var counted = rows.Where(r => r.Counts).ToList();
        var wrong = counted.Count(r => r.Wrong is not null);
        Console.WriteLine($"{counted.Count} runs: {counted.Count - wrong} right, {wrong} wrong; besides, {rows.Count(r => r.Missed)} hit nothing, and in {rows.Count(r => r.Broken)} QEMU's copy broke the guest");
    }
}
