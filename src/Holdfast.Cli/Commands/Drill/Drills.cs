using Holdfast.Api;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>Every drill there is: the rows of docs/design/isolation-table.md, as a user and as the lab's tests run them.</summary>
internal static class Drills
{
    public static IReadOnlyList<Drill> All { get; } =
    [
        new("cluster-switch-dead", "The cluster switch dies.", ["switch cluster down"],
            [new Sign.Names("h1", "the cluster switch"), new Sign.Names("h3", "the cluster switch"), new Sign.Judges("h1", "h1", "connected"), new Sign.Judges("h1", "h2", "connected")]),
        new("host-isolated", "A host is cut off from the others on every network, and keeps its storage; its machines are released.", ["apart h1 others every"], Isolated, Fate.Released, "h1"),
        new("host-isolated-keep", "A host is cut off from the others on every network, and keeps its storage; its machines stay by their policy.", ["apart h1 others every"],
            Isolated, OnIsolation: IsolationResponse.Keep),
        new("guest-network-lost", "A host loses its guest network, and the others have it.", ["cut h1 guest"],
            [new Sign.InRow("h1", 10), new Sign.Names("h2", "h1's guest cable")], Fate.Moved, "h1"),
        new("guest-switch-dead", "The guest switch dies.", ["switch guest down"],
            [new Sign.InRow("h1", 11), new Sign.InRow("h2", 11), new Sign.InRow("h3", 11), new Sign.Names("h2", "the guest switch")]),
        new("migration-switch-dead", "The migration switch dies.", ["switch migration down"], [new Sign.InRow("h1", 12), new Sign.Names("h2", "the migration switch")]),
        new("migration-silent", "A host's migration card neither sends nor receives, and its link is up.", ["oneway h1 migration in", "oneway h1 migration out"],
            [new Sign.InRow("h1", 12), new Sign.Names("h2", "h1's migration cable")]),
        new("storage-lost-by-one", "A host loses its storage, and the others have it.", ["cut h3 storage"],
            [new Sign.InRow("h3", 5), new Sign.Names("h1", "h3's storage cable")], Fate.RestartedByTime, "h3"),
        new("storage-lost-by-all", "The storage switch dies for all.", ["switch storage down"],
            [new Sign.InRow("h1", 4), new Sign.InRow("h2", 4), new Sign.InRow("h3", 4), new Sign.Names("h2", "the storage switch")], Fate.Paused),
        new("one-way-in", "A host hears nobody on the cluster network, and is heard.", ["oneway h1 cluster in"],
            [new Sign.Names("h2", "h1's cluster cable or card, receiving"), new Sign.Judges("h1", "h1", "connected"), new Sign.Judges("h2", "h1", "connected")]),
        new("one-way-out", "A host is heard by nobody on the cluster network, and hears.", ["oneway h1 cluster out"],
            [new Sign.Names("h2", "h1's cluster cable or card, sending"), new Sign.Judges("h1", "h1", "connected"), new Sign.Judges("h2", "h1", "connected")]),
        new("non-transitive", "Two hosts do not reach each other on any network, and both reach the third.", ["apart h1 h2 every"],
            [new Sign.Names("h3", "the path between h1 and h2 on cluster"), new Sign.Judges("h1", "h1", "connected"), new Sign.Judges("h2", "h2", "connected"), new Sign.Judges("h1", "h2", "connected")]),
        new("loss-20", "A host's cluster cable loses 20 % of the packets.", ["loss h2 cluster 20"],
            [new Sign.Names("h1", "h2's cluster cable loses up to"), new Sign.Judges("h1", "h2", "connected")]),
        new("nic-silent", "A host's cluster card neither sends nor receives, and its link is up.", ["oneway h1 cluster in", "oneway h1 cluster out"],
            [new Sign.Names("h2", "h1's cluster cable"), new Sign.Judges("h1", "h1", "connected"), new Sign.Judges("h2", "h1", "connected")]),
        new("gateway-dead", "The router of the cluster network dies, and nothing else.", ["gateway cluster down"],
            [new Sign.Names("h1", "the isolation address"), new Sign.Judges("h1", "h1", "connected"), new Sign.Judges("h1", "h2", "connected")]),
        new("link-flaps", "A host's cluster link goes down and up again, once in two seconds.",
            [.. Enumerable.Repeat((string[])["cut h1 cluster", "wait 1", "heal h1 cluster", "wait 1"], 6).SelectMany(step => step)], [new Sign.Judges("h2", "h1", "connected")]),
        new("mtu-hole", "A device in a host's migration path passes no packets of full size.", ["mtu h2 migration 1400"],
            [new Sign.Names("h1", "h2's migration cable or port passes no packets of 1500 bytes (MTU)"), new Sign.Judges("h1", "h2", "connected")]),
        new("host-dead", "A host loses its power.", ["crash h3"], [new Sign.Names("h1", "h3 itself")], Fate.Restarted, "h3"),
        new("fence-device-broken", "A host loses its power together with its fence device.", ["fence-device h3 broken", "crash h3"],
            [new Sign.Names("h1", "h3 itself")], Fate.RestartedByTime, "h3"),
        new("slow-host-joins", "A host loses its power, and boots again behind a slow storage cable and a cluster cable that loses packets.",
            ["crash h3", "wait 8", "rate h3 storage 2mbit", "loss h3 cluster 20", "start h3"], [new Sign.Judges("h1", "h2", "connected"), new Sign.Judges("h1", "h3", "connected")],
            Fate.Restarted, "h3"),
        new("storage-slow", "A host's storage cable passes so little that its renewals come late.", ["rate h2 storage 128kbit"], [new Sign.InRow("h2", 2)], Fate.Slowed, "h2"),
        new("isolated-read-only", "A host is cut off from the others on every network, and the store refuses its writes.", ["fence-device h3 broken", "apart h3 others every", "store-writes h3 refused"],
            [new Sign.InRow("h3", 3), new Sign.Judges("h3", "h3", "isolated")], Fate.RestartedByTime, "h3"),
        new("everything-lost", "A host loses every network and its storage, and its fence device does not work.", ["fence-device h3 broken", "cut h3 every"],
            [new Sign.InRow("h3", 4), new Sign.Names("h1", "h3")], Fate.RestartedByTime, "h3"),
        new("host-isolated-alone", "A host is cut off from the others on every network, and nobody has the guest network.", ["switch guest down", "apart h1 others every"],
            [new Sign.InRow("h1", 7), new Sign.Judges("h1", "h1", "isolated"), new Sign.Judges("h2", "h1", "isolated")]),
        new("all-apart", "No host reaches any other over any network, and all have the storage.", ["apart h1 others every", "apart h2 h3 every"],
            [new Sign.InRow("h1", 8), new Sign.InRow("h2", 8), new Sign.InRow("h3", 8), new Sign.Judges("h2", "h2", "network dead")]),
        new("quorum-lost", "Etcd loses its quorum for good, and then a host loses its power.", ["stop-process h1 etcd", "stop-process h2 etcd", "wait 5", "crash h3"],
            [new Sign.InRow("h1", 8), new Sign.Names("h1", "h3 itself")], Fate.Restarted, "h3"),
        new("one-host-left", "Two of three hosts lose their power at once, and etcd's quorum with them.", ["crash h2", "crash h3"],
            [new Sign.InRow("h1", 8), new Sign.Names("h1", "h2 itself"), new Sign.Names("h1", "h3 itself")], Fate.RestartedByTime, "h2 h3"),
        new("disarmed", "The cluster is disarmed for planned work, and a host is cut off on every network.", ["disarm 10", "apart h1 others every"],
            [new Sign.InRow("h1", 1), new Sign.InRow("h2", 1), new Sign.InRow("h3", 1)]),
        new("guest-hung", "A guest's kernel hangs, and its machine's policy is to be started anew.", ["answering h1", "hang-guest h1 machine"], [], Fate.StartedAnew, "h1") { OnHung = HungResponse.Restart },
        new("two-faults", "The cluster switch dies, and then a host loses its power.", ["switch cluster down", "wait 3", "crash h3"],
            [new Sign.Names("h1", "h3 itself"), new Sign.Judges("h1", "h2", "connected")], Fate.Restarted, "h3"),
    ];

    /// <summary>Whoever reaches nobody over any network has no guest network either, and the others have it: row 6, not 7.</summary>
    private static Sign[] Isolated =>
    [
        new Sign.Judges("h1", "h1", "isolated"), new Sign.Judges("h2", "h1", "isolated"), new Sign.Judges("h3", "h3", "partition majority"), new Sign.InRow("h1", 6),
        new Sign.Names("h1", "h1's cables, all of them"),
    ];

    /// <exception cref="UsageException">No drill has this name; the sentence lists them.</exception>
    public static Drill Named(string name) => Find(name) ?? throw new UsageException($"No drill is named '{name}'; there is {string.Join(", ", All.Select(d => d.Name))}.");

    public static Drill? Find(string name) => All.FirstOrDefault(drill => drill.Name == name);
}
