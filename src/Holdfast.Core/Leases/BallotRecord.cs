namespace Holdfast.Core.Leases;

/// <summary>
/// The whole content of one host's ballot area (the processor's block of Disk Paxos): the newest version that the host knows to be chosen, and
/// its promise and accepted value for the version after it. A record is complete in itself, so an area needs two sides, written in turn, and a
/// write that tears leaves the record before it (docs/design/lease-register.md).
/// </summary>
/// <param name="Sequence">Grows by one with each write of this area; the newer valid side counts.</param>
/// <param name="Promise">For version <c>Chosen.Version + 1</c>.</param>
/// <param name="AcceptedTable">The table accepted at <paramref name="Accepted"/>; it is a candidate, never something to act upon.</param>
public sealed record BallotRecord(ulong Sequence, LeaseTable Chosen, Ballot Promise, Ballot Accepted, LeaseTable? AcceptedTable)
{
    /// <summary>What an area is formatted with, in every slot.</summary>
    public static BallotRecord First(LeaseTable table) => new(1, table, Ballot.None, Ballot.None, null);
}

/// <summary>
/// One ballot area as read. The tables may be left out when the reader cannot need them: <see cref="Chosen"/> unless the version is newer than
/// the one it knows, <see cref="AcceptedTable"/> when the version is older than that.
/// </summary>
/// <param name="Side">Side 0 or 1 that held the newer valid record.</param>
public sealed record BallotReading(int Side, ulong Sequence, ulong Version, Ballot Promise, Ballot Accepted, LeaseTable? Chosen, LeaseTable? AcceptedTable)
{
    public static BallotReading Of(int side, BallotRecord record) =>
        new(side, record.Sequence, record.Chosen.Version, record.Promise, record.Accepted, record.Chosen, record.AcceptedTable);
}
