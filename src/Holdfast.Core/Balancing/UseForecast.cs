namespace Holdfast.Core.Balancing;

/// <summary>
/// A short forecast of each machine's use from its measurements: exponential smoothing (R. G. Brown, 1956) that follows a rise quickly and a fall slowly, because room that is given away too early
/// costs a second migration, while room that is kept too long costs nothing yet.
/// </summary>
public sealed class UseForecast(int machines)
{
    private const double Rise = 0.7;
    private const double Fall = 0.1;
    private readonly double[] level = new double[machines];
    private bool hasLevel;

    /// <summary>One machine's forecast after another measurement.</summary>
    public static double Next(double level, double use) => level + ((use - level) * (use > level ? Rise : Fall));

    /// <summary>In the unit of the measurements.</summary>
    public double this[int machine] => level[machine];

    /// <summary>One measurement of every machine.</summary>
    public void Take(ReadOnlySpan<float> use)
    {
        for (var m = 0; m < level.Length; m++)
        {
            level[m] = hasLevel ? Next(level[m], use[m]) : use[m];
        }

        hasLevel = true;
    }
}
