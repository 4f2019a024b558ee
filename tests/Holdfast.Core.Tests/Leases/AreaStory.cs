using System.Collections.Immutable;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Leases;

/// <summary>Hosts with real registers over a lease area in memory. Time passes only when nobody has anything to do.</summary>
internal sealed class AreaStory
{
    public static readonly AreaIdentity Identity = new(new AreaId(new Guid(1, 0, 0, new byte[8])), new ClusterId(new Guid(2, 0, 0, new byte[8])));
    private ulong numbers;

    public AreaStory(int hosts, int areas = 4)
    {
        var table = LeaseTable.First([.. "abcdefgh".Take(hosts).Select(c => c.ToString())]);
        for (var slot = 0; slot < hosts; slot++)
        {
            table = table with { Hosts = table.Hosts.SetItem(new Slot(slot), table.Host(new Slot(slot))! with { Incarnation = Life(slot).Incarnation }) };
        }

        Areas = [.. Enumerable.Range(0, areas).Select(_ => new BallotRecord?[] { BallotRecord.First(table), null })];
        Hosts = [.. Enumerable.Range(0, hosts).Select(slot => new StoryHost(this, slot, TimeSpan.FromSeconds(4), Now))];
    }

    public Moment Now { get; private set; } = Moment.At(TimeSpan.FromSeconds(100));

    public List<StoryHost> Hosts { get; }

    public BallotRecord?[][] Areas { get; }

    /// <summary>Areas that cannot be read at present.</summary>
    public HashSet<int> Unreadable { get; } = [];

    /// <summary>Every version that any host ever acted on, with its content.</summary>
    public SortedDictionary<ulong, LeaseTable> Chain { get; } = [];

    public static HostLife Life(int slot, int incarnation = 1) => TableStory.Life(slot, incarnation);

    public static MachineId Machine(int number) => new(new Guid(number, 7, 0, new byte[8]));

    public static TableCommand Create(int machine, int slot) => new CreateEntry(Machine(machine), WantedState.Run, Life(slot));

    public TableBatch Batch(int slot, params TableCommand[] commands) => new(new BatchId(99, ++numbers), new Slot(slot), [.. commands]);

    public StoryHost Restart(int slot, ulong seen = 0)
    {
        Hosts[slot] = new StoryHost(this, slot, TimeSpan.FromSeconds(4), Now + TimeSpan.FromSeconds(4), seen);
        return Hosts[slot];
    }

    public StoryHost Add(int slot)
    {
        Hosts.Add(new StoryHost(this, slot, TimeSpan.FromSeconds(4), Now));
        return Hosts[^1];
    }

    /// <summary>Let everything run until nobody has anything to do before <paramref name="span"/> has passed.</summary>
    public void Run(TimeSpan? span = null)
    {
        var until = Now + (span ?? TimeSpan.FromSeconds(60));
        for (var steps = 0; ; steps++)
        {
            Assert.True(steps < 100_000, "The hosts never come to rest.");
            if (Hosts.Any(h => h.Work()))
            {
                continue;
            }

            var next = Hosts.Select(h => h.Register.WakeAt).Min();
            if (next > until)
            {
                Now = until;
                return;
            }

            Now = Moment.Later(Now, next);
            foreach (var host in Hosts.Where(h => h.Register.WakeAt <= Now))
            {
                host.Tell(new RegisterInput.Tick());
            }
        }
    }

    /// <summary>What a reader finds: the bytes that an adapter would see, decoded by the real codec.</summary>
    public BallotReading? Read(int slot, ulong known)
    {
        var readings = new List<BallotReading>();
        for (var side = 0; side < 2; side++)
        {
            if (Areas[slot][side] is { } record)
            {
                var bytes = BallotCodec.Encode(record, Identity, new Slot(slot));
                Assert.Null(BallotCodec.ReadHeader(bytes, Identity, new Slot(slot), out var header));
                readings.Add(BallotCodec.Decode(side, header, bytes, known)!);
            }
        }

        return Unreadable.Contains(slot) ? null : readings.MaxBy(r => r.Sequence);
    }

    /// <summary>Safety: one version has one content.</summary>
    public void Acted(LeaseTable table)
    {
        if (Chain.TryGetValue(table.Version, out var known))
        {
            Assert.True(known.SameAs(table), $"Version {table.Version} has two contents.");
        }

        Chain[table.Version] = table;
    }
}
