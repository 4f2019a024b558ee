namespace Holdfast.Core.Agent;

/// <summary>Protections of the agent left out on purpose, so that the simulator can show that its checkers notice each omission.</summary>
[Flags]
internal enum AgentFlaws
{
    None = 0,

    /// <summary>Silence for half of ttl proves a death.</summary>
    DeadShorterThanTtl = 1 << 0,

    /// <summary>A proof by silence does not wait for the store's drain.</summary>
    NoDrainAfterSilence = 1 << 1,

    /// <summary>A proof by a fence device does not wait for the store's drain.</summary>
    NoDrainAfterFence = 1 << 2,

    /// <summary>Silence on one network alone is enough to fence.</summary>
    FencesOnOneNetwork = 1 << 4,

    /// <summary>A fence device is asked without an announcement in the table.</summary>
    FencesUnannounced = 1 << 5,

    /// <summary>The silence of a host without a watchdog proves its death.</summary>
    AnyWatchdogProves = 1 << 6,

    /// <summary>A join frees all that the former life owned, whatever still runs here.</summary>
    JoinFreesRunning = 1 << 7,

    /// <summary>After an expiry the machines are thawed without a commit.</summary>
    RejoinsWithoutCommit = 1 << 8,

    /// <summary>A killed process counts as gone at once, though its writes may be under way.</summary>
    GoneWithoutDrain = 1 << 9,

    /// <summary>A process is started again without a commit of its own.</summary>
    StartsAgainInOneEpoch = 1 << 10,

    /// <summary>An agent writes its ballot area although a former one's write may be in flight.</summary>
    WritesBeforeDrain = 1 << 11,

    /// <summary>What was promised since the memory was measured does not count.</summary>
    RoomByOldMeasurement = 1 << 12,

    /// <summary>An announcement of a fencing that came to nothing is not withdrawn.</summary>
    LeavesAnnouncements = 1 << 13,

    /// <summary>A source that could not cancel its move lets its copy run all the same.</summary>
    KeepsWhatWasGiven = 1 << 14,

    /// <summary>More than half of the hosts falling silent together is no reason to wait with fencing.</summary>
    IgnoresCliff = 1 << 15,

    /// <summary>The CPUs of a new process are started by the grant that was given before it was made.</summary>
    StartsByAnOldGrant = 1 << 16,

    /// <summary>A host that has lost the storage gives its word for a machine whose process is still there.</summary>
    GivesOverBeforeGone = 1 << 17,

    /// <summary>A word is taken for any right to its machine, of whichever epoch, incarnation and owner.</summary>
    TrustsOldWords = 1 << 18,

    /// <summary>A guest agent that does not answer once is enough to restart its machine.</summary>
    RestartsOnSilence = 1 << 19,

    /// <summary>A host that is being drained claims free machines all the same.</summary>
    TakesWhileDrained = 1 << 20,

    /// <summary>A fence device's word alone is believed also where the fast shot is off.</summary>
    TrustsDevices = 1 << 21,

    /// <summary>A machine that was moved lately may be moved again by the balancer.</summary>
    NoCoolDown = 1 << 22,
}
