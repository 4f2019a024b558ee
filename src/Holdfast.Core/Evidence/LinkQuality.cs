namespace Holdfast.Core.Evidence;

/// <summary>How well one direction of one link carries heartbeats, over the last <see cref="LinkWatch.Window"/> beats.</summary>
/// <param name="Loss">0 to 1.</param>
/// <param name="Delay">
/// Time on the way, or null before a round trip was measured. Clocks of two hosts are never compared, so this is half of the shortest round trip
/// of the window; for what comes in, plus how much later than the fastest beat the others came on average.
/// </param>
/// <param name="Spread">Mean difference of the time on the way from its mean (the two clocks' offset cancels out).</param>
public sealed record LinkQuality(double Loss, TimeSpan? Delay, TimeSpan Spread)
{
    /// <summary>Packets of this many bytes do not pass, though smaller ones do; 0: no such hole is known.</summary>
    public int Hole { get; init; }
}
