using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Adapters.Snapshots;

/// <summary>
/// Name of a file that holds a machine's chain: the epoch of the right under which it was written, and a number. Of several, the greatest counts, so that what a host writes late, whose
/// right has ended long ago, counts for nothing.
/// </summary>
internal sealed partial record ChainName(ulong Epoch, int Number) : IComparable<ChainName>
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"chain-{Epoch:D20}-{Number:D6}.json");

    public static ChainName? Parse(string name) =>
        Form().Match(name) is { Success: true } m && ulong.TryParse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var epoch)
            ? new(epoch, int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture)) : null;

    public int CompareTo(ChainName? other) => other is null ? 1 : Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Number.CompareTo(other.Number);

    [GeneratedRegex("^chain-([0-9]{20})-([0-9]{6})\\.json$")]
    private static partial Regex Form();
}
