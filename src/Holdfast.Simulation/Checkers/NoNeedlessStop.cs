using Holdfast.Core.Balancing;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// A disturbance that does not touch the machine itself costs it nothing: no stop, no restart, no fencing of its host. One case is left out: a host
/// of which nobody has had any sign, on any network or store, for as long as fencing waits. It cannot be told from a dead one (DESIGN §4), and that is
/// the stated price of the fast shot: a guard that takes longer to come back than <c>suspect</c>, or has not renewed yet after a boot, on a host without networks, or on one that is heard by
/// hosts only to which the shooter has lost its own way (networks that are cut in several places at once).
/// </summary>
internal sealed class NoNeedlessStop(SimulatedCluster cluster) : Checker(cluster)
{
    /// <summary>A sign of it may come while a shooter that has just read and heard is about to shoot.</summary>
    private static readonly TimeSpan SignTravels = TimeSpan.FromMilliseconds(200);

    /// <summary>A fence device's work takes no longer than its agent's limit.</summary>
    private static readonly TimeSpan ShotTakes = TimeSpan.FromSeconds(11);
    private readonly Dictionary<SimulatedHost, TimeSpan> rightlyShot = [];

    public override string Name => "no-needless-stop";

    private bool Counts => Cluster.Options.HarmlessOnly && Cluster.Troubled;

    public override void StandsStill(Truth truth, Guest guest)
    {
        if (Counts && !IsRightlyShot(guest.Host) && !MovesForBalance(guest))
        {
            Violated($"{Cluster.NameOf(guest.Machine)} stopped on {guest.Host.Name}, although nothing touched it");
        }
    }

    public override void Shot(SimulatedHost by, SimulatedHost target)
    {
        var wait = (Cluster.Options.FastShot ? Cluster.Plan.Suspect : Cluster.Plan.FenceAfter) * (1 - Cluster.Plan.ClockRateTolerance);
        var justNow = Now - target.LastSilence.Until < SignTravels ? target.LastSilence.Length : TimeSpan.Zero;
        if (target.Silence >= wait || justNow >= wait || (Cluster.Options.FastShot && IsSlotSilent(target, wait)))
        {
            rightlyShot[target] = Now;
        }
        else if (Counts)
        {
            Violated($"{by.Name} fences {target.Name}, although nothing touched it; somebody had a sign of it {target.Silence.TotalSeconds:0.0} s ago");
        }
    }

    public override void WentDown(SimulatedHost host)
    {
        if (Counts && !IsRightlyShot(host))
        {
            Violated($"{host.Name} went down, although nothing touched it");
        }
    }

    /// <summary>Also a host that has just booted and is heard by some before its guard has renewed anything.</summary>
    private bool IsSlotSilent(SimulatedHost target, TimeSpan wait) => target.Guard is null || Now - target.LastRenewed >= wait;

    /// <summary>A live migration's pause is the price of relief. Nobody else moves a machine while only harmless faults strike.</summary>
    private bool MovesForBalance(Guest guest) =>
        Cluster.Options.Balancing.Mode == BalanceMode.Automatic && Cluster.Migrations.Values.Any(job => job.Source == guest || job.Target == guest);

    private bool IsRightlyShot(SimulatedHost host) => rightlyShot.TryGetValue(host, out var at) && Now - at < ShotTakes;
}
