using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Daemon.Hosting;
using Holdfast.Runtime.Ports;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class FaultPointsTests : IDisposable
{
    private static readonly Guid Machine = Guid.NewGuid();
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-points-").FullName;
    private readonly RecordingPorts inner = new();
    private readonly AgentPorts ports;

    public FaultPointsTests() => ports = FaultPoints.Around(new(null!, inner, null!, inner, null!, inner, null!, null!), folder);

    [Fact]
    public void A_step_that_nobody_holds_is_done_and_told_at_once()
    {
        var told = false;
        ports.Hypervisor.Begin(new Continue(1, Machine), _ => told = true);
        Assert.Equal(["Continue"], inner.Done);
        Assert.True(told);
    }

    [Fact]
    public async Task A_held_step_waits_alone_until_it_is_let_go_and_is_held_once()
    {
        Hold("before-FreezeAndLook");
        ports.Hypervisor.Begin(new FreezeAndLook(1, Machine), _ => { });
        ports.Hypervisor.Begin(new End(2, Machine), _ => { });
        Assert.Equal(["End"], inner.Done);

        Go("before-FreezeAndLook");
        await EventuallyAsync(() => inner.Done.Count == 2);
        ports.Hypervisor.Begin(new FreezeAndLook(3, Machine), _ => { });
        Assert.Equal(["End", "FreezeAndLook", "FreezeAndLook"], inner.Done);
    }

    [Fact]
    public async Task A_message_can_be_done_and_its_end_be_held()
    {
        Hold("after-MoveCommitted");
        var told = false;
        ports.Peers.Send(1, new MoveCommitted(7) { Machine = Machine, Move = Guid.NewGuid(), From = 0 }, _ => told = true);
        Assert.Equal(["MoveCommitted"], inner.Done);
        Assert.False(told);

        Go("after-MoveCommitted");
        await EventuallyAsync(() => told);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Of_the_writes_only_the_one_that_gives_a_machine_to_its_target_is_the_commit(bool given, int done)
    {
        Hold("before-CommitMove");
        ILeaseArea? area = null;
        ports.Areas.Open("/shared", new ClusterId(Guid.NewGuid()), 0, (opened, _) => area = opened);
        area!.Write(new RegisterEffect.WriteOwnArea(1, 0, Record(given)), _ => { });
        Assert.Equal(done, inner.Done.Count);
    }

    [Fact]
    public void An_agent_outside_of_a_lab_does_not_start_with_them()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => FaultPoints.Around(ports, Path.Combine(folder, "nowhere")));
        Assert.Contains("only a lab has such a folder", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
    }

    private static BallotRecord Record(bool given)
    {
        var (source, target) = (new HostLife(new Slot(0), new Incarnation(Guid.NewGuid())), new HostLife(new Slot(1), new Incarnation(Guid.NewGuid())));
        var moving = new MachineEntry(new MachineId(Machine), WantedState.Run, LeaseState.Moving, new Epoch(5), source, target);
        var next = given ? moving with { State = LeaseState.Held, Epoch = new Epoch(6), Owner = target, Target = null, GivenFrom = moving.Epoch } : moving with { State = LeaseState.Held, Epoch = new Epoch(6), Target = null, GivenFrom = moving.Epoch };
        return new(1, Table(5, moving), Ballot.None, Ballot.None, Table(6, next));
    }

    private static LeaseTable Table(ulong version, MachineEntry entry) => LeaseTable.Empty with { Version = version, Machines = LeaseTable.Empty.Machines.SetItem(entry.Machine, entry) };

    private void Hold(string point) => File.WriteAllText(Path.Combine(folder, point), "");

    private void Go(string point) => File.Delete(Path.Combine(folder, point + ".reached"));

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!holds())
        {
            await Task.Delay(1, limit.Token);
        }
    }

    /// <summary>Ports that do everything at once and note its name.</summary>
    private sealed class RecordingPorts : IHypervisor, IPeerPort, ILeaseAreas, ILeaseArea
    {
        public List<string> Done { get; } = [];

        public Action<MachineEvent>? Happened { get; set; }

        public Action<PeerMessage>? Received { get; set; }

        public AreaIdentity Identity => throw new InvalidOperationException("Nobody asks for it.");

        public string SlotFile => "";

        public long SlotOffset => 0;

        public void Begin(HypervisorCall call, Action<HypervisorResult> done)
        {
            Done.Add(call.GetType().Name);
            done(new(call.Op, call.Machine));
        }

        public void Send(int toSlot, PeerMessage message, Action<string?> done)
        {
            Done.Add(message.GetType().Name);
            done(null);
        }

        public void Measure(int toSlot, string network, Action<double?, string?> done) => throw new InvalidOperationException("Nothing is measured.");

        public void Open(string path, ClusterId cluster, int slot, Action<ILeaseArea?, string?> done) => done(this, null);

        public void Read(RegisterEffect.ReadAreas read, Action<RegisterInput> done) => throw new InvalidOperationException("Nothing is read.");

        public void Write(RegisterEffect.WriteOwnArea write, Action<RegisterInput> done) => Done.Add("write");

        public void ReadSlots(ImmutableArray<int> slots, Action<ImmutableArray<SlotReading>> done) => throw new InvalidOperationException("Nothing is read.");
    }
}
