namespace Holdfast.Core.Migration;

/// <summary>
/// What a live migration will cost. The model is pre-copy as a geometric series (Clark et al., "Live Migration of Virtual Machines", NSDI 2005; Liu et al., "Performance and Energy Modeling for
/// Live Migration of Virtual Machines", HPDC 2011): each pass copies what was dirtied during the pass before, so with a path of B and a dirty rate of D pass k copies M·(D/B)^k, until what is left fits the
/// downtime limit. It leaves out what makes it better (pages that are written again and again count once, pages of zeros cost nothing) and worse (other traffic, a busy processor).
/// </summary>
/// <param name="Passes">Passes over the memory while the guest runs; 0: all of it fits the pause. Null: it does not converge.</param>
/// <param name="Total">From the first byte to the guest running on the target. Null: it does not converge.</param>
/// <param name="Pause">For which the guest stands still, the hand-over of the right included. Null: it does not converge.</param>
public sealed record MigrationEstimate(int? Passes, TimeSpan? Total, TimeSpan? Pause)
{
    /// <summary>From the complete copy to its CPUs running, as measured (docs/design/migration.md).</summary>
    public static readonly TimeSpan HandOver = TimeSpan.FromMilliseconds(25);

    /// <summary>As many passes tell that rounding decides, not the model.</summary>
    private const int MostPasses = 1000;

    public bool Converges => Passes is not null;

    /// <param name="memory">In use, in MiB.</param>
    /// <param name="bandwidth">Of the path, in MiB/s; above zero.</param>
    /// <param name="dirty">Dirtied by the running guest, in MiB/s.</param>
    /// <param name="downtimeLimit">The longest pause that may be planned for the last pass.</param>
    public static MigrationEstimate Of(double memory, double bandwidth, double dirty, TimeSpan downtimeLimit)
    {
        Invariant.That(double.IsFinite(memory + bandwidth + dirty) && memory >= 0 && bandwidth > 0 && dirty >= 0, "A migration is estimated from figures that are none.");
        var (left, copied, fits) = (memory, 0.0, bandwidth * downtimeLimit.TotalSeconds);
        for (var passes = 0; passes <= MostPasses; passes++)
        {
            if (left <= fits)
            {
                var pause = TimeSpan.FromSeconds(left / bandwidth) + HandOver;
                return new(passes, TimeSpan.FromSeconds(copied / bandwidth) + pause, pause);
            }

            copied += left;

            // No more can be dirty than there is.
            left = Math.Min(left * dirty / bandwidth, memory);
            if (dirty >= bandwidth)
            {
                break;
            }
        }

        return new(null, null, null);
    }
}
