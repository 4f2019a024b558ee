using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>libvirtd of the source resumes it after the copy was complete.</summary>
internal sealed class SourcesResume(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "sources resume by themselves";

    public override TimeSpan Lasts() => Dice.Seconds(20, 120);

    public override Action? Strike() => Change(h => h.SelfResumes += 0.5, h => h.SelfResumes -= 0.5);
}
