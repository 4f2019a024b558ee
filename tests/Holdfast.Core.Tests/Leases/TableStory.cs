using Holdfast.Core.Leases;

namespace Holdfast.Core.Tests.Leases;

/// <summary>A table of three joined hosts that commands are applied to one commit at a time.</summary>
internal sealed class TableStory
{
    public static readonly MachineId M = new(new Guid("00000000-0000-0000-0000-0000000000aa"));
    public static readonly HostLife A = Life(0, 1), B = Life(1, 1), C = Life(2, 1);

    private ulong number;

    public LeaseTable Table { get; private set; } = LeaseTable.First(["a", "b", "c"]);

    public MachineEntry Entry => Table.Machine(M)!;

    public Epoch Epoch => Entry.Epoch;

    public static HostLife Life(int slot, int incarnation) => new(new Slot(slot), new Incarnation(new Guid(slot + 1, (short)incarnation, 0, new byte[8])));

    public static TableStory Joined()
    {
        var story = new TableStory();
        foreach (var (life, name) in new[] { (A, "a"), (B, "b"), (C, "c") })
        {
            story.Done(Join(life, name));
        }

        return story;
    }

    public static TableStory HeldByA()
    {
        var story = Joined();
        story.Done(new CreateEntry(M, WantedState.Run, A));
        story.Done(new Claim(M, A));
        return story;
    }

    /// <param name="kept">With processes whose grants nobody knows.</param>
    public static JoinHost Join(HostLife life, string name, params MachineId[] kept) =>
        new(life, name, Guid.NewGuid(), WatchdogClass.Software, [.. kept.Select(m => new KeptProcess(m, Epoch.None))]);

    public static JoinHost Join(HostLife life, string name, KeptProcess kept) => new(life, name, Guid.NewGuid(), WatchdogClass.Software, [kept]);

    public CommandOutcome Try(TableCommand command)
    {
        var (next, outcomes) = new TableBatch(new BatchId(7, ++number), command.By.Slot, [command]).ApplyTo(Table);
        Table = next;
        Assert.True(next.SameAs(LeaseTableCodec.Decode(LeaseTableCodec.Encode(next))));
        return outcomes[0];
    }

    public void Done(TableCommand command) => Assert.Equal(new CommandOutcome.Done(new Epoch(Table.Version + 1)), Try(command));

    public void Refused(TableCommand command, CommandRefusal reason)
    {
        var (hosts, machines) = (Table.Hosts, Table.Machines);
        var outcome = Assert.IsType<CommandOutcome.Refused>(Try(command));
        Assert.Equal(reason, outcome.Reason);
        Assert.EndsWith(".", outcome.Sentence, StringComparison.Ordinal);
        Assert.Equal(machines, Table.Machines);
        Assert.Equal(hosts.Values.Select(h => h.Life), Table.Hosts.Values.Select(h => h.Life));
    }
}
