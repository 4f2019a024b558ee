using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Recovery;

/// <summary>The worst case from a host's death to the start of its machines' QEMU elsewhere, from the timing plan and today's settings (DESIGN §4).</summary>
public static class RestartBound
{
    /// <summary>The store's server notices the dead client's image lock (the lab's volume: keepalive 2 s + 2 × 1 s).</summary>
    private static readonly TimeSpan ImageLock = TimeSpan.FromSeconds(4);

    /// <summary>A fence agent's two calls.</summary>
    private static readonly TimeSpan Device = TimeSpan.FromSeconds(2);

    /// <summary>Plan, commit, QEMU's start on a busy host.</summary>
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(3);

    /// <param name="timeProves">The owner's silence may prove its death (<see cref="WatchdogProof"/>).</param>
    public static RestartBoundView Of(TimingPlan plan, TimeSpan drain, ImmutableArray<FenceLevel> devices, bool fastShot, bool timeProves)
    {
        var dead = timeProves ? plan.Dead(drain) : TimingPlan.Infinite;

        // The first device is asked first; where it fails, what holds without any is the bound.
        var cutsPath = devices is [{ CutsPath: true }, ..];
        var read = plan.Renew;
        var withTime = ImmutableArray.Create(
            new BoundPart("last renewal read", read.TotalSeconds),
            new BoundPart("silence that proves the death (dead)", Seconds(dead), WithoutDeviceOnly: true),
            new BoundPart("silence before the shot", (fastShot ? plan.Suspect : plan.FenceAfter).TotalSeconds, WithDeviceOnly: true),
            new BoundPart("fence device", Device.TotalSeconds, WithDeviceOnly: true),
            new BoundPart("silence after the shot (two renewals, or drain)", Seconds(TimingPlan.Later(plan.Renew * 2, cutsPath ? TimeSpan.Zero : drain)) + read.TotalSeconds, WithDeviceOnly: true),
            new BoundPart("image lock of the dead host on the store", cutsPath ? 0 : ImageLock.TotalSeconds, WithDeviceOnly: true),
            new BoundPart("takeover and start", Start.TotalSeconds));
        double Sum(Func<BoundPart, bool> counts) => withTime.Where(counts).Sum(p => p.Seconds);
        return new(Sum(p => !p.WithDeviceOnly), !devices.IsEmpty ? Sum(p => !p.WithoutDeviceOnly) : null, withTime);
    }

    /// <summary>Infinite: never.</summary>
    private static double Seconds(TimeSpan span) => span == TimingPlan.Infinite ? double.PositiveInfinity : span.TotalSeconds;
}
