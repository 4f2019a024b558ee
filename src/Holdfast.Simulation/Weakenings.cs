using Holdfast.Core.Agent;
using Holdfast.Core.Guarding.Deciding;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Simulation.Nemesis;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation;

/// <summary>Every protection that can be switched off.</summary>
internal static class Weakenings
{
    public static readonly IReadOnlyList<Weakening> All =
    [
        new("no-guard", "the guard freezes nothing and keeps the watchdog quiet") { Guard = GuardFlaws.NeverFreezes | GuardFlaws.PetsAlways, In = ByTime, Focus = [nameof(StoragePathCut), nameof(HostWithoutNetworks)] },
        new("renews-after-expiry", "the guard renews on after an expiry, and thaws when that succeeds") { Guard = GuardFlaws.RenewsAfterExpiry, In = ByTime, Focus = [nameof(StoragePathCut)] },
        new("guard-forgets", "a restarted guard remembers nothing") { GuardForgets = true, In = Harmless, Focus = [nameof(GuardKilled)] },
        new("no-watchdog", "the watchdog never fires, and the table says that it was tested") { WatchdogNeverFires = true, In = ByTime, Focus = [nameof(GuardStopped), nameof(HostHang)] },
        new("dead-shorter-than-ttl", "silence for half of ttl proves a death") { Agent = AgentFlaws.DeadShorterThanTtl, In = ByTime, Focus = [nameof(StoragePathShortCut)] },
        new("no-drain-after-silence", "a proof by silence does not wait for the store's drain") { Agent = AgentFlaws.NoDrainAfterSilence, In = o => ByTime(LongDrain(o)), Focus = [nameof(HostCrash)] },
        new("no-drain-after-fence", "a proof by a fence device does not wait for the store's drain") { Agent = AgentFlaws.NoDrainAfterFence, In = o => ByDevice(LongDrain(o)), Focus = [nameof(HostCrash)] },
        new("trusts-one-network", "silence on one network alone is enough to fence") { Agent = AgentFlaws.FencesOnOneNetwork, In = o => Harmless(ByDevice(o)), Focus = [nameof(SwitchDown), nameof(HostCutOff)] },
        new("fences-unannounced", "a fence device is asked without an announcement in the table") { Agent = AgentFlaws.FencesUnannounced, In = ByDevice, Focus = [nameof(HostCrash)] },
        new("ignores-cliff", "more than half of the hosts falling silent together is no reason to wait with fencing") { Agent = AgentFlaws.IgnoresCliff, In = ByDevice, Focus = [nameof(MostHostsCrash)] },
        new("leaves-announcements", "an announced fencing that came to nothing is not withdrawn") { Agent = AgentFlaws.LeavesAnnouncements, In = o => ByDevice(o) with { FastShot = true }, Focus = [nameof(FenceDeviceBroken), nameof(HostHang)] },
        new("trusts-devices", "a fence device's word alone is believed also where the fast shot is off") { Agent = AgentFlaws.TrustsDevices, In = o => ByDevice(o) with { Drain = TimeSpan.FromSeconds(1) }, Focus = [nameof(FenceDeviceLies), nameof(OperatorFences), nameof(HostWithoutNetworks), nameof(StorageRequestsLost)] },
        new("any-watchdog-proves", "silence of a host without a watchdog proves its death") { Agent = AgentFlaws.AnyWatchdogProves, In = o => o with { Watchdogs = false, FenceDevices = false }, Focus = [nameof(GuardStopped), nameof(HostHang)] },
        new("join-frees-running", "a join frees all that the former life owned, whatever still runs") { Agent = AgentFlaws.JoinFreesRunning, Focus = [nameof(StoragePathShortCut)] },
        new("thaw-without-commit", "after an expiry the machines are thawed without a commit") { Agent = AgentFlaws.RejoinsWithoutCommit, In = ByTime, Focus = [nameof(StoragePathCut)] },
        new("gone-without-drain", "a killed process counts as gone at once") { Agent = AgentFlaws.GoneWithoutDrain, Focus = [nameof(WritesHang), nameof(GuestCrash)] },
        new("believes-destroy", "a process counts as ended when its end was asked for") { BelievesDestroy = true, Focus = [nameof(ProcessesDieSlowly), nameof(OperatorKills), nameof(OperatorMoves)] },
        new("two-starts-an-epoch", "a process is started again without a commit of its own") { Agent = AgentFlaws.StartsAgainInOneEpoch, Focus = [nameof(GuestCrash)] },
        new("starts-by-old-grant", "the CPUs of a new process are started by the grant that was given before it was made") { Agent = AgentFlaws.StartsByAnOldGrant, In = ByTime, Focus = [nameof(OperatorStops), nameof(GuestCrash), nameof(StorageLostWhileStarting)] },
        new("gives-over-before-gone", "a host that has lost the storage gives its word for a machine whose process is still there") { Agent = AgentFlaws.GivesOverBeforeGone, In = NoProofByTime, Focus = [nameof(StoragePathLongCut)] },
        new("trusts-old-words", "an owner's word is taken for any right of any owner") { Agent = AgentFlaws.TrustsOldWords, In = NoProofByTime, Focus = [nameof(StoragePathLongCut), nameof(OperatorMoves)] },
        new("restarts-on-silence", "a guest agent that does not answer once is enough to restart its machine") { Agent = AgentFlaws.RestartsOnSilence, In = Harmless, Focus = [nameof(GuestAgentsSilent)] },
        new("takes-while-drained", "a host that is being drained claims free machines all the same") { Agent = AgentFlaws.TakesWhileDrained, Focus = [nameof(OperatorDrains), nameof(OperatorStops)] },
        new("no-cool-down", "a machine that was moved lately may be moved again by the balancer") { Agent = AgentFlaws.NoCoolDown, In = o => ByDevice(o).Balanced(), Focus = [nameof(FenceDeviceSlow)], Minutes = 10 },
        new("room-by-old-measurement", "what was promised since the memory was measured does not count") { Agent = AgentFlaws.RoomByOldMeasurement, Focus = [nameof(HostCrash)] },
        new("keeps-what-was-given", "a source that could not cancel its move lets its copy run all the same") { Agent = AgentFlaws.KeepsWhatWasGiven, In = ByTime, Focus = [nameof(OperatorMoves), nameof(AgentDiesWithItsCommit)] },
        new("looks-before-freeze-only", "the source of a move is looked at before it is frozen, not after") { LooksBeforeFreezeOnly = true, Focus = [nameof(OperatorMoves), nameof(SourcesResume)] },
        new("resume-without-commit", "the target of a move resumes its copy without the source's commit") { Move = MoveFlaws.ResumesWithoutCommit, Focus = [nameof(OperatorMoves), nameof(PerformRepliesLost), nameof(SourcesResume)] },
        new("takeover-for-commit", "the target of a move takes a takeover for the source's commit") { Move = MoveFlaws.TakesTakeoverForCommit, In = ByTime, Focus = [nameof(OperatorMoves), nameof(SourceDiesWhenCopied)] },
        new("commits-without-freeze", "the source gives its machine without having frozen it") { Move = MoveFlaws.CommitsWithoutFreeze, Focus = [nameof(OperatorMoves), nameof(SourcesResume)] },
        new("resumes-in-doubt", "a restarted agent resumes a stopped process whatever its epoch") { Move = MoveFlaws.ResumesInDoubt, In = o => Few(o) with { FenceDevices = true, FastShot = true, FenceCutsPath = true }, Focus = [nameof(OperatorMoves), nameof(SourceLingers)] },
        new("acts-on-accepted", "a poll believes an accepted value that nobody has chosen") { Register = RegisterFlaws.ActsOnAccepted, Focus = [.. Storm] },
        new("one-side", "a ballot area has one side only, so that a torn write loses it") { Register = RegisterFlaws.OneSide, Focus = [nameof(OperatorMoves), nameof(DecidesAndDies)] },
        new("two-writes-in-flight", "an unanswered write is taken as failed, and the next one follows") { Register = RegisterFlaws.ForgetsUnanswered, Focus = [.. Storm] },
        new("unreadable-is-empty", "an area that cannot be read counts as empty") { Register = RegisterFlaws.UnreadableIsEmpty, Focus = [nameof(OperatorMoves), nameof(BlindWhileOthersDecide)] },
        new("skips-promise-read", "phase 1 of a ballot does not read the others") { Register = RegisterFlaws.SkipsPromiseRead, Focus = [.. Storm] },
        new("skips-accepted-read", "phase 2 of a ballot does not read the others") { Register = RegisterFlaws.SkipsAcceptedRead, Focus = [.. Storm] },
        new("ignores-found", "a value that phase 1 found accepted is passed over for the own one") { Register = RegisterFlaws.IgnoresFound, Focus = [.. Storm] },
        new("ignores-higher-promise", "another's higher promise does not end a ballot") { Register = RegisterFlaws.IgnoresHigherPromise, Focus = [.. Storm] },
        new("drops-accepted", "a promise does not carry on what this host has accepted") { Register = RegisterFlaws.DropsAccepted, Focus = [nameof(OperatorMoves), nameof(DecidesAndDies)] },
        new("writes-before-drain", "an agent writes although a former one's write may be in flight") { Agent = AgentFlaws.WritesBeforeDrain, Focus = [nameof(OperatorMoves), nameof(LateWriteOfDeadAgent)] },
    ];

    private static string[] Storm =>
        [nameof(AgentKilledBetweenEffects), nameof(WritesFail), nameof(WritesHang), nameof(QuickReboot), nameof(OperatorMoves), nameof(OperatorStops), nameof(StorageAnswersLost)];

    public static Weakening Find(string name) =>
        All.FirstOrDefault(w => w.Name == name) ?? throw new ArgumentException($"There is no weakening '{name}'; there are {string.Join(", ", All.Select(w => w.Name))}.");

    private static ClusterOptions Harmless(ClusterOptions options) => options with { HarmlessOnly = true, Networks = Math.Max(2, options.Networks) };

    private static ClusterOptions LongDrain(ClusterOptions options) => options with { Drain = TimeSpan.FromSeconds(20) };

    /// <summary>So few hosts that the machine of a dead one often comes to a given other one.</summary>
    private static ClusterOptions Few(ClusterOptions options) => options with { Hosts = 3, Machines = 6, RoomPerHost = 6 };

    private static ClusterOptions ByTime(ClusterOptions options) => options with { Watchdogs = true, FenceDevices = false };

    private static ClusterOptions NoProofByTime(ClusterOptions options) => options with { Watchdogs = false, FenceDevices = false };

    private static ClusterOptions ByDevice(ClusterOptions options) => options with { FenceDevices = true, FastShot = false, FenceCutsPath = false };
}
