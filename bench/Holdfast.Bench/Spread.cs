using System.Globalization;

namespace Holdfast.Bench;

/// <summary>Several measurements of one thing.</summary>
internal sealed class Spread(IEnumerable<double> values)
{
    private readonly double[] sorted = [.. values.Order()];

    public double Median => sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;

    public double Largest => sorted[^1];

    public string Text(string unit) => string.Create(CultureInfo.InvariantCulture, $"min {sorted[0]:0.0}, median {Median:0.0}, max {sorted[^1]:0.0} {unit} (n={sorted.Length})");
}
