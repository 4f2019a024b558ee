namespace Holdfast.Core.Leases;

/// <summary>One life of one host's agent and guard (a boot, or a rejoin after an expiry). Random, never used again; a restart of the agent alone keeps it.</summary>
public readonly record struct Incarnation(Guid Value) : IComparable<Incarnation>
{
    /// <summary>No value: an unset field.</summary>
    public static readonly Incarnation None = default;

    public int CompareTo(Incarnation other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
