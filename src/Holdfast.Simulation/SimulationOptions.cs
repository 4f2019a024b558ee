namespace Holdfast.Simulation;

/// <summary>What one run simulates besides what its seed draws.</summary>
public sealed record SimulationOptions
{
    public int Hosts { get; init; } = 5;

    public int Machines { get; init; } = 10;

    /// <summary>Time under faults.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(10);

    public bool KeepTrace { get; init; }

    /// <summary>Name of the protection to switch off, or null.</summary>
    public string? Weaken { get; init; }
}
