using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Runtime.Ports;

namespace Holdfast.Daemon.Hosting;

/// <summary>
/// Lets a lab hold one step of a live migration, before it is done or before its end is told, so that anything can be cut at exactly that instant (docs/adr/0013).
/// The file FOLDER/before-STEP or FOLDER/after-STEP asks for it, once; the agent renames it to NAME.reached and goes on with the step when that file is gone. Only the one
/// step waits, and never the agent's loop.
/// </summary>
internal sealed class FaultPoints : IHypervisor, IPeerPort, ILeaseAreas
{
    /// <summary>A step that nobody lets go on does so by itself after this.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    /// <summary>The write that accepts a table in which the machine is given to its target.</summary>
    private const string Commit = nameof(CommitMove);
    private readonly AgentPorts ports;
    private readonly string folder;

    /// <summary>The steps, by the names of their effects.</summary>
    public static readonly string[] Steps =
    [
        nameof(Core.Agent.BeginMove), nameof(PrepareMove), nameof(PerformMove), nameof(FinishMove), nameof(FreezeAndLook), nameof(Continue), nameof(End), nameof(ConfirmMove), nameof(AbortMove),
        nameof(MoveAsk), nameof(MoveReady), nameof(MovePerformed), nameof(MoveComplete), nameof(MoveCommitted), nameof(MoveResumed), Commit,
    ];

    private FaultPoints(AgentPorts ports, string folder) => (this.ports, this.folder) = (ports, folder);

    public Action<MachineEvent>? Happened
    {
        get => ports.Hypervisor.Happened;
        set => ports.Hypervisor.Happened = value;
    }

    public Action<PeerMessage>? Received
    {
        get => ports.Peers.Received;
        set => ports.Peers.Received = value;
    }

    /// <summary>The same ports, with points at which the lab can hold them. Says in the folder which there are: by that the lab knows that this agent obeys.</summary>
    /// <exception cref="InvalidOperationException">The folder does not exist: the agent is in no lab.</exception>
    public static AgentPorts Around(AgentPorts ports, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidOperationException($"--fault-points names {folder}, which does not exist; only a lab has such a folder, and no agent elsewhere may be started with this option.");
        }

        File.WriteAllLines(Path.Combine(folder, "steps"), Steps);
        var points = new FaultPoints(ports, folder);
        return ports with { Hypervisor = points, Peers = points, Areas = points };
    }

    public void Begin(HypervisorCall call, Action<HypervisorResult> done) => Around(
        call.GetType().Name, end => ports.Hypervisor.Begin(call, end), done);

    public void Send(int toSlot, PeerMessage message, Action<string?> done) => Around(
        message.GetType().Name, end => ports.Peers.Send(toSlot, message, end), done);

    public void Measure(int toSlot, string network, Action<double?, string?> done) => ports.Peers.Measure(toSlot, network, done);

    public void Open(string path, ClusterId cluster, int slot, Action<ILeaseArea?, string?> done) =>
        ports.Areas.Open(path, cluster, slot, (area, failure) => done(area is null ? null : new Area(this, area), failure));

    private void Around<T>(string step, Action<Action<T>> perform, Action<T> done) =>
        At($"before-{step}", () => perform(end => At($"after-{step}", () => done(end))));

    private void At(string point, Action act)
    {
        var file = Path.Combine(folder, point);
        if (File.Exists(file))
        {
            _ = HoldAsync(file, act);
        }
        else
        {
            act();
        }
    }

    private static async Task HoldAsync(string file, Action act)
    {
        var reached = file + ".reached";
        try
        {
            File.Move(file, reached, overwrite: true);
        }
        catch (IOException)
        {
            // It was taken back at this moment.
        }

        for (var waited = TimeSpan.Zero; File.Exists(reached) && waited < Limit; waited += Look)
        {
            await Task.Delay(Look);
        }

        act();
    }

    /// <summary>A lease area whose writes can be held when they give a machine away.</summary>
    private sealed class Area(FaultPoints points, ILeaseArea area) : ILeaseArea
    {
        public AreaIdentity Identity => area.Identity;

        public string SlotFile => area.SlotFile;

        public long SlotOffset => area.SlotOffset;

        public void Read(RegisterEffect.ReadAreas read, Action<RegisterInput> done) => area.Read(read, done);

        public void Write(RegisterEffect.WriteOwnArea write, Action<RegisterInput> done)
        {
            if (Gives(write.Record))
            {
                points.Around(Commit, end => area.Write(write, end), done);
            }
            else
            {
                area.Write(write, done);
            }
        }

        public void ReadSlots(System.Collections.Immutable.ImmutableArray<int> slots, Action<System.Collections.Immutable.ImmutableArray<Core.Evidence.SlotReading>> done) => area.ReadSlots(slots, done);

        private static bool Gives(BallotRecord record) => record.AcceptedTable is { } table && table.Machines.Values.Any(now =>
            now.State == LeaseState.Held && record.Chosen.Machine(now.Machine) is { State: LeaseState.Moving } before && now.GivenFrom == before.Epoch && now.Owner == before.Target);
    }
}
