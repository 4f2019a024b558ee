using System.Globalization;

namespace Holdfast.Core.Leases;

/// <summary>A host's number in a lease area: 0 … <see cref="Count"/> − 1. It selects the host's heartbeat block and its ballot area, which only that host writes.</summary>
public readonly record struct Slot : IComparable<Slot>
{
    /// <summary>Slots an area is formatted with; also the width of the reach bitmap.</summary>
    public const int Count = 64;

    public Slot(int value)
    {
        if (value is < 0 or >= Count)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"A slot is a number from 0 to {Count - 1}.");
        }

        Value = value;
    }

    public int Value { get; }

    /// <summary>This slot's bit in a reach bitmap.</summary>
    public ulong Bit => 1UL << Value;

    public int CompareTo(Slot other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString("00", CultureInfo.InvariantCulture);
}
