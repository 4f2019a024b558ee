namespace Holdfast.Core.Leases;

/// <summary>A host as an owner: its slot together with the incarnation meant. Another incarnation in the same slot is another owner.</summary>
public readonly record struct HostLife(Slot Slot, Incarnation Incarnation)
{
    public override string ToString() => $"{Slot}/{Incarnation.Value.ToString("N")[..8]}";
}
