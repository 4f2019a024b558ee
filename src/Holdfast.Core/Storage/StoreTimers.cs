using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Storage;

/// <summary>
/// Do a store's own fail-over and a timing profile fit together? A fail-over that outlasts the pause limit stops every machine on the store each time, one that outlasts the right
/// costs every host its incarnation there, and both at the very moment at which the store does its work.
/// </summary>
public static class StoreTimers
{
    /// <summary>In the order in which they come to pass when the store stands still.</summary>
    /// <param name="failover">How long the store answers nothing while it fails over; null: not known.</param>
    public static ImmutableArray<StoreMargin> Margins(TimingPlan plan, TimeSpan? failover)
    {
        var margins = ImmutableArray.CreateBuilder<StoreMargin>();
        if (failover is { } stall)
        {
            margins.Add(new("failover < pause", stall, plan.EarlyStop, "the store's own fail-over pauses no machine"));
        }

        margins.Add(new("pause < right", plan.EarlyStop, plan.Ttl, "guests are stopped by QEMU before the right ends and everything is frozen"));
        margins.Add(new("right < give-away", plan.Ttl + plan.Stop, plan.StorageLossLimit, "a host waits for its storage before it ends its machines and gives them away"));
        return margins.ToImmutable();
    }

    /// <summary>Null, or why a store with this fail-over is not used with this profile.</summary>
    public static string? Refusal(string store, TimingPlan plan, TimeSpan failover)
    {
        if (Margins(plan, failover).FirstOrDefault(m => m.Spare <= TimeSpan.Zero) is not { } broken)
        {
            return null;
        }

        var fits = TimingPlan.Profiles.FirstOrDefault(p => Margins(p, failover).All(m => m.Spare > TimeSpan.Zero));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{store} fails over in {failover.TotalSeconds:0.###} s, and with the profile {plan.Name} machines are paused after {broken.Late.TotalSeconds:0.###} s without storage, so that every fail-over would stop them; ")
            + (fits is null ? "no profile waits that long: make the store's fail-over shorter." : $"use the profile {fits.Name}, or make the store's fail-over shorter.");
    }
}

/// <summary>One inequality of times that follow each other when a store stands still.</summary>
/// <param name="Name">Words like "pause &lt; right".</param>
public sealed record StoreMargin(string Name, TimeSpan Early, TimeSpan Late, string Why)
{
    /// <summary>What is left between the two; zero or less: they contradict each other.</summary>
    public TimeSpan Spare => Late - Early;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}: {Early.TotalSeconds:0.###} s and {Late.TotalSeconds:0.###} s, {Spare.TotalSeconds:0.###} s to spare: {Why}");
}
