using System.Globalization;

namespace Holdfast.Core.Leases;

/// <summary>Names a block in errors without making a string before there is one.</summary>
public readonly record struct BlockName(BlockKind Kind, int Slot)
{
    public override string ToString() => Kind switch
    {
        BlockKind.Area => "The lease area's header",
        BlockKind.Heartbeat => string.Create(CultureInfo.InvariantCulture, $"The heartbeat block slot-{Slot:00}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"The ballot area ballot-{Slot:00}"),
    };
}
