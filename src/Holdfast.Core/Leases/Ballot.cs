using System.Globalization;

namespace Holdfast.Core.Leases;

/// <summary>A ballot number: a round and the slot that owns it, so that no two hosts ever use the same one.</summary>
public readonly record struct Ballot(ulong Value) : IComparable<Ballot>
{
    public static readonly Ballot None = new(0);

    /// <summary>The lowest ballot of <paramref name="slot"/> above all of <paramref name="seen"/>.</summary>
    public static Ballot Above(Ballot seen, Slot slot) => new((((seen.Value / Slot.Count) + 1) * Slot.Count) + (ulong)slot.Value);

    public int CompareTo(Ballot other) => Value.CompareTo(other.Value);

    public static bool operator <(Ballot left, Ballot right) => left.Value < right.Value;

    public static bool operator >(Ballot left, Ballot right) => left.Value > right.Value;

    public static bool operator <=(Ballot left, Ballot right) => left.Value <= right.Value;

    public static bool operator >=(Ballot left, Ballot right) => left.Value >= right.Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value / Slot.Count}.{Value % Slot.Count:00}");
}
