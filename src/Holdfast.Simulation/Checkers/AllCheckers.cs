using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Every invariant that a run is held to, in the order of docs/invariants.md.</summary>
internal static class AllCheckers
{
    public static IEnumerable<Checker> For(SimulatedCluster cluster) =>
    [
        new OneRunningCopy(cluster),
        new NoOlderWriteAfterNewer(cluster),
        new NoStaleCopy(cluster),
        new TablesAgree(cluster),
        new EpochsOnlyGrow(cluster),
        new OneProcessAnEpoch(cluster),
        new TakenOnlyFromTheDead(cluster),
        new FreeOnlyWhenGone(cluster),
        new WordsAreTrue(cluster),
        new FencingIsAnnounced(cluster),
        new NoNeedlessStop(cluster),
        new RoomIsRespected(cluster),
        new EveryDecisionHasAReason(cluster),
        new WantedMachinesRun(cluster),
        new NothingLeftHalfDone(cluster),
        new LeaseTableIsLinearizable(cluster),
        new NoPingPong(cluster),
        new CapsAreRespected(cluster),
        new DrainedTakesNothing(cluster),
    ];
}
