namespace Holdfast.Bench;

/// <summary>Rows of text with aligned columns.</summary>
internal static class Table
{
    public static void Write(IReadOnlyList<string[]> lines)
    {
        var widths = lines[0].Select((_, n) => lines.Max(line => line[n].Length)).ToArray();
        Console.WriteLine();
        foreach (var line in lines)
        {
            Console.WriteLine(string.Join("  ", line.Select((cell, n) => cell.PadRight(widths[n]))).TrimEnd());
        }
    }
}
