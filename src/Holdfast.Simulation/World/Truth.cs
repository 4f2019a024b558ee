namespace Holdfast.Simulation.World;

/// <summary>What really happened to one machine, as only somebody outside of all hosts can know.</summary>
internal sealed class Truth(Guid machine)
{
    public Guid Machine => machine;

    /// <summary>Grows each time another process begins to execute the machine.</summary>
    public int Era { get; set; }

    /// <summary>The newest write that any copy has made.</summary>
    public long LastWrite { get; set; }

    /// <summary>The newest era of which a write has reached the disk.</summary>
    public int LandedEra { get; set; }

    /// <summary>The processes that execute it now.</summary>
    public List<Guest> Executing { get; } = [];

    /// <summary>When the last one stopped executing; meaningful while none does.</summary>
    public TimeSpan StoppedAt { get; set; }

    /// <summary>Starts of an execution so far.</summary>
    public int Starts { get; set; }
}
