namespace Holdfast.Console.Map;

/// <summary>h2 before h10.</summary>
public sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? a, string? b)
    {
        var (x, y) = (Split(a ?? ""), Split(b ?? ""));
        var byName = string.CompareOrdinal(x.Name, y.Name);
        return byName != 0 ? byName : x.Number != y.Number ? x.Number.CompareTo(y.Number) : string.CompareOrdinal(a, b);
    }

    private static (string Name, ulong Number) Split(string text)
    {
        var name = text.TrimEnd("0123456789".ToCharArray());
        return (name, ulong.TryParse(text.AsSpan(name.Length), out var number) ? number : 0);
    }
}
