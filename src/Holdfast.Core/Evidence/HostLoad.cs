namespace Holdfast.Core.Evidence;

/// <summary>What a host's processors and memory do, smoothed over some seconds, by its own word.</summary>
/// <param name="Cpus">Processors.</param>
/// <param name="UsedCpus">Processors that its work uses or waits for, machines and all else together; may be more than <paramref name="Cpus"/>.</param>
/// <param name="UsedMemoryMiB">Of <paramref name="MemoryMiB"/>.</param>
public sealed record HostLoad(int Cpus, double UsedCpus, long MemoryMiB, long UsedMemoryMiB)
{
    /// <summary>Null: its kernel does not tell.</summary>
    public HostPressure? Pressure { get; init; }

    /// <summary>A machine has just come, or is coming: the figures do not show all of its use yet.</summary>
    public bool Settling { get; init; }

    /// <summary>0 to 1; above 1 when its work waits for processors.</summary>
    public double Share => Cpus > 0 ? UsedCpus / Cpus : 0;
}

/// <summary>Linux' pressure stall information: for how much of the last ten seconds some of the host's work had to wait, in percent (Documentation/accounting/psi.rst, "some avg10").</summary>
public sealed record HostPressure(double Cpu, double Memory, double Io);
