using Holdfast.Core.Balancing;

namespace Holdfast.Core.Evidence;

/// <summary>What one machine uses of its host, from its pulses.</summary>
/// <param name="longestGap">Pulses that are further apart than this say nothing of what was between them.</param>
internal sealed class UseWatch(TimeSpan longestGap)
{
    private GuestPulse? last;

    /// <summary>Null before its second pulse.</summary>
    public MachineUsage? Use { get; private set; }

    public void Take(GuestPulse pulse)
    {
        var before = last;
        last = pulse;
        if (before is not null && before.Cpus.Length == pulse.Cpus.Length && pulse.At > before.At && pulse.At - before.At <= longestGap)
        {
            var wanted = pulse.Cpus.Select((cpu, n) => (cpu - before.Cpus[n]) / (pulse.At - before.At)).Sum();
            Use = new(Use is { } level ? UseForecast.Next(level.Cpus, wanted) : wanted, pulse.MemoryMiB);
        }
    }
}

/// <summary>What a machine uses of its host.</summary>
/// <param name="Cpus">Processors that it uses or waits for, smoothed: a rise is followed within seconds, a fall within minutes.</param>
/// <param name="MemoryMiB">What its process holds of the host's memory; null: not known.</param>
public sealed record MachineUsage(double Cpus, long? MemoryMiB);
