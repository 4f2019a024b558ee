namespace Holdfast.Core.Leases;

/// <summary>Names one machine for ever; also its libvirt domain's UUID.</summary>
public readonly record struct MachineId(Guid Value) : IComparable<MachineId>
{
    /// <summary>No value: an unset field.</summary>
    public static readonly MachineId None = default;

    public int CompareTo(MachineId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
