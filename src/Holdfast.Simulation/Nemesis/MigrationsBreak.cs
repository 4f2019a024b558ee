using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The device state cannot be sent: QEMU resumes the source by itself.</summary>
internal sealed class MigrationsBreak(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "migrations break at the switch-over";

    public override TimeSpan Lasts() => Dice.Seconds(20, 120);

    public override Action? Strike() => Change(h => h.MigrationFailures += 0.5, h => h.MigrationFailures -= 0.5);
}
