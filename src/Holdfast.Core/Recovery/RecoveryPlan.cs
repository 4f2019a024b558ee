using System.Collections.Immutable;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Recovery;

/// <summary>
/// What to do about each machine of a datastore when nothing else is left to ask. It never says that a machine may be started by hand: a host that is silent here may still be running it,
/// and only an agent can prove that it is not.
/// </summary>
public static class RecoveryPlan
{
    /// <returns>What has to be mended first, then what starts in the order in which agents start it (higher priority first), then what needs nothing.</returns>
    public static ImmutableArray<RecoveryItem> Of(IEnumerable<MachineEvidence> machines) =>
        [.. machines.Select(One).OrderBy(i => Rank(i.Step)).ThenByDescending(i => i.Priority).ThenBy(i => i.Name, StringComparer.Ordinal)];

    private static RecoveryItem One(MachineEvidence machine)
    {
        var (step, next) = Next(machine);
        return new(machine.Name, machine.Priority, step, Evidence(machine), next);
    }

    private static (RecoveryStep Step, string Next) Next(MachineEvidence machine) => machine switch
    {
        { Entry.State: not LeaseState.Free, OwnerRenews: true } => (RecoveryStep.Leave, $"Nothing: it is {machine.Owner}'s."),
        { HasDefinition: false } => (RecoveryStep.Repair, "Bring its folder with machine.json back from a backup; without it nobody can start it."),
        { DiskTrouble: { } trouble } => (RecoveryStep.Repair, trouble),
        { Entry: null } => (RecoveryStep.Stopped, "The lease table does not know it: it was being created or deleted, or the table that could be read is an old one. Leave it until agents run, and look again."),
        { Entry.State: not LeaseState.Free, Owner: null } => (RecoveryStep.Repair, "Its lease names a slot that no host has: keep a copy of the folder .holdfast and ask for help; do not start it."),
        { Entry.State: not LeaseState.Free } => (RecoveryStep.StartAgents, $"Start the agent of {machine.Owner}, or of another host: it takes the machine when {machine.Owner} is proven dead. If {machine.Owner} is off for sure, 'holdfast host confirm-dead {machine.Owner}' says so."),
        { Entry.Wanted: WantedState.Run } => (RecoveryStep.StartAgents, "Start the agent of any host that has this datastore: it takes the machine by itself."),
        _ => (RecoveryStep.Stopped, $"Nothing, or 'holdfast vm start {machine.Name}'."),
    };

    private static string Evidence(MachineEvidence machine) => machine.Entry switch
    {
        null => "no lease",
        { State: LeaseState.Free, Wanted: WantedState.Run } => "free, wanted",
        { State: LeaseState.Free } => "free, stopped",
        { State: LeaseState.Moving } => $"{machine.Owner ?? "an unknown slot"}'s, {Sign(machine)}, was moving",
        _ => $"{machine.Owner ?? "an unknown slot"}'s, {Sign(machine)}",
    };

    private static string Sign(MachineEvidence machine) => machine.OwnerRenews ? "which renews" : "which was silent";

    private static int Rank(RecoveryStep step) => step switch { RecoveryStep.Repair => 0, RecoveryStep.StartAgents => 1, RecoveryStep.Leave => 2, _ => 3 };
}
