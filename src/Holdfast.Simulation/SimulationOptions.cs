using Holdfast.Core.Leases;

namespace Holdfast.Simulation;

/// <summary>What one run simulates besides what its seed draws.</summary>
public sealed record SimulationOptions
{
    /// <summary>All hosts; more than a lease area has slots for are several clusters side by side (docs/adr/0006).</summary>
    public int Hosts { get; init; } = 5;

    /// <summary>All machines, spread evenly over the clusters.</summary>
    public int Machines { get; init; } = 10;

    /// <summary>As few as have room for all hosts.</summary>
    public int Clusters => (Hosts + Slot.Count - 1) / Slot.Count;

    /// <summary>Time under faults.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Machines want more and less of their processors, and hosts that are short of them move machines away.</summary>
    public bool Balance { get; init; }

    public bool KeepTrace { get; init; }

    /// <summary>Name of the protection to switch off, or null.</summary>
    public string? Weaken { get; init; }
}
