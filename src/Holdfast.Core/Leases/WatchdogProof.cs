namespace Holdfast.Core.Leases;

/// <summary>Which watchdog classes let an uninterrupted observation of silence prove a death (DESIGN §4, proof (a)).</summary>
public static class WatchdogProof
{
    public static bool ProvesByTime(this WatchdogClass watchdog) => watchdog is WatchdogClass.Hardware or WatchdogClass.Software or WatchdogClass.TimingOnly;
}
