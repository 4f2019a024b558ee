using Holdfast.Core.Leases;

namespace Holdfast.Simulation.Exploration.Register;

/// <summary>The searches of the lease register: the sound one, and one for each rule left out, with no more than the violation needs.</summary>
internal static class RegisterExplorations
{
    private static readonly HostBounds Commits = new(Submits: 1);
    private static readonly HostBounds Ready = new(Submits: 1, Prepares: 1);

    public static IReadOnlyList<Exploration> All { get; } =
    [
        Sound("two-hosts", "two hosts that prepare, commit and poll, one fault of any kind", 7, new([new(1, 1, 1), new(1, 1, 1)], Faults: 1)),
        Sound("three-hosts", "three hosts, two commit and one polls, no fault", 14, new([Ready, Commits, new(Polls: 1)], Faults: 0, Rounds: 2)),
        Sound("two-crashes", "two hosts that commit, two crashes or torn or lost writes", 10, new([new(2, 1), Commits], Faults: 2, RegisterFaults.Crash | RegisterFaults.Torn | RegisterFaults.Lost, Rounds: 2)),
        Flawed("ActsOnAccepted", "rule 1: a poll believes an accepted value", 16, RegisterFlaws.ActsOnAccepted, new([Commits, new(Polls: 1), Commits], Faults: 0, Rounds: 1)),
        Flawed("OneSide", "rule 2: an area has one side", 8, RegisterFlaws.OneSide, new([Commits, Commits], Faults: 1, RegisterFaults.Torn)),
        Flawed("UnreadableIsEmpty", "rule 2: an area that cannot be read counts as empty", 14, RegisterFlaws.UnreadableIsEmpty, new([Commits, Commits], Faults: 1, RegisterFaults.Unreadable, Rounds: 2)),
        Flawed("ForgetsUnanswered", "rule 3: a write without an answer is followed by the next one", 22, RegisterFlaws.ForgetsUnanswered, new([Ready, Commits], Faults: 1, RegisterFaults.Hung, Rounds: 2)),
        Flawed("WritesBeforeDrain", "rule 3: a restarted host writes before a write of its former process has landed or is refused", 22, default, new([new(2), Commits], Faults: 1, RegisterFaults.Crash, Rounds: 2) { WorldFlaws = WorldFlaws.WritesBeforeDrain }),
        Flawed("FormatsReusedArea", "rule 4: the area of a slot that is given to a new host is formatted", 14, default, new([Commits, Commits], Faults: 1, RegisterFaults.Crash, Rounds: 2) { WorldFlaws = WorldFlaws.FormatsReusedArea }),
        Flawed("ProposesAsStranger", "rule 4: a host without a slot proposes", 14, RegisterFlaws.ProposesAsStranger, new([Commits, Commits], Faults: 0, Rounds: 2, Strangers: 1)),
        Flawed("SkipsPromiseRead", "phase 1 does not read the others", 14, RegisterFlaws.SkipsPromiseRead, new([Commits, Commits], Faults: 0, Rounds: 2)),
        Flawed("SkipsAcceptedRead", "phase 2 does not read the others", 14, RegisterFlaws.SkipsAcceptedRead, new([Commits, Commits], Faults: 0, Rounds: 2)),
        Flawed("IgnoresFound", "phase 1 passes over the value that it found accepted", 14, RegisterFlaws.IgnoresFound, new([Commits, Commits], Faults: 0, Rounds: 2)),
        Flawed("IgnoresHigherPromise", "a higher promise of another host does not end the ballot", 14, RegisterFlaws.IgnoresHigherPromise, new([Commits, Commits], Faults: 0, Rounds: 2)),
        Flawed("DropsAccepted", "a new promise forgets the value that this host has accepted", 22, RegisterFlaws.DropsAccepted, new([new(1, 1), Commits], Faults: 1, RegisterFaults.CleanCrash, Rounds: 3)),
    ];

    private static Exploration Sound(string name, string meaning, int shortDepth, RegisterBounds bounds) => Exploration.Of(name, meaning, 1_000, shortDepth, finds: false, new RegisterModel(bounds));

    private static Exploration Flawed(string name, string meaning, int depth, RegisterFlaws flaw, RegisterBounds bounds) =>
        Exploration.Of(name, meaning, depth, depth, finds: true, new RegisterModel(bounds with { Flaws = flaw }));
}
