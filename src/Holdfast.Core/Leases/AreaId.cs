namespace Holdfast.Core.Leases;

/// <summary>Names one lease area for ever. A copy of a datastore carries the same one; two stores with one id are refused.</summary>
public readonly record struct AreaId(Guid Value) : IComparable<AreaId>
{
    /// <summary>No value: an unset field.</summary>
    public static readonly AreaId None = default;

    public int CompareTo(AreaId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
