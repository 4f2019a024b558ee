using Holdfast.Core.Evidence;

namespace Holdfast.Core.Agent;

/// <summary>What this host's processors and memory do, smoothed, as it is told to the others with every beat, and what the others tell of theirs.</summary>
internal sealed class LoadDesk(AgentContext context, PulseDesk pulses)
{
    /// <summary>Of each measurement, once a second: a burst of a second or two is no load.</summary>
    private const double Weight = 0.2;
    private HostLoad? taken;
    private double? used;

    /// <summary>Null before the first measurement.</summary>
    public HostLoad? Own { get; private set; }

    public HostLoad? Of(int slot) => slot == context.Settings.Slot ? Own : context.Network.Fresh(context.Now, slot)?.Load;

    public MachineUsage? UseOf(Guid machine) => pulses.UseOf(machine);

    /// <summary>Looked at with every beat.</summary>
    public void Look()
    {
        if (context.Measured is not { } measured)
        {
            return;
        }

        if (!ReferenceEquals(taken, measured))
        {
            taken = measured;
            used = used is { } level ? level + ((measured.UsedCpus - level) * Weight) : measured.UsedCpus;
        }

        // What machines want and do not get shows in no measurement of the host.
        var wanted = context.LocalInOrder.Sum(l => UseOf(l.Id)?.Cpus ?? 0);
        Own = measured with { UsedCpus = Math.Max(used ?? 0, wanted), Settling = context.LocalInOrder.Any(IsSettling) };
    }

    private bool IsSettling(LocalMachine machine) => machine.Coming is not null || (machine.RunsUndisturbed && UseOf(machine.Id) is null);
}
