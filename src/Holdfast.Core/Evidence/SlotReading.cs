using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>One read of one peer's slot block by this host.</summary>
/// <param name="Block">The raw block, or null when the read failed: then nothing is known, least of all silence.</param>
public sealed record SlotReading(int Slot, Moment Started, Moment Completed, byte[]? Block);
