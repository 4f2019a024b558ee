namespace Holdfast.Core.Leases;

/// <summary>Names one cluster for ever; a lease area belongs to exactly one.</summary>
public readonly record struct ClusterId(Guid Value) : IComparable<ClusterId>
{
    /// <summary>No value: an unset field.</summary>
    public static readonly ClusterId None = default;

    public int CompareTo(ClusterId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
