namespace Holdfast.Guard.Deciding;

/// <summary>The shape of a heartbeat slot on the disk.</summary>
internal static class SlotBlock
{
    /// <summary>All I/O of a lease area is in aligned blocks of this many bytes.</summary>
    public const int Size = 4096;
}
