using System.Globalization;

namespace Holdfast.Core.Leases;

/// <summary>Where everything of a lease area lies: one file per host and purpose, so that no file lock of the store couples two hosts.</summary>
public static class AreaLayout
{
    /// <summary>Folder of the lease area in the datastore.</summary>
    public const string Folder = ".holdfast";

    public const string HeaderFile = "area";

    /// <summary>One side of a ballot area: header and two tables, in whole blocks.</summary>
    public const int SideLength = (((2 * LeaseTableCodec.LongestTable) + BlockHeader.Length) / BlockHeader.Alignment * BlockHeader.Alignment) + BlockHeader.Alignment;

    /// <summary>Both sides' first blocks lie together, so that one read of two blocks shows both headers (and small tables whole).</summary>
    public const int BallotLength = 2 * SideLength;

    public static string SlotFile(int slot) => string.Create(CultureInfo.InvariantCulture, $"slot-{slot:00}");

    public static string BallotFile(int slot) => string.Create(CultureInfo.InvariantCulture, $"ballot-{slot:00}");

    public static long FirstBlock(int side) => (long)side * BlockHeader.Alignment;

    /// <summary>Where the rest of a side (what does not fit its first block) begins.</summary>
    public static long Rest(int side) => (2L * BlockHeader.Alignment) + (side * (long)(SideLength - BlockHeader.Alignment));
}
