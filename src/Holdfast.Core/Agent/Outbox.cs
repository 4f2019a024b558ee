using System.Collections.Immutable;
using Holdfast.Core.Guarding;
using Holdfast.Core.Model;

namespace Holdfast.Core.Agent;

/// <summary>
/// Where one step's effects are collected, and where what is to follow on each one's end waits. Operations are numbered, so that an end finds its
/// continuation; every port ends every operation exactly once, so nothing waits for ever.
/// </summary>
public sealed class Outbox
{
    private readonly Dictionary<long, Action<object?>> waiting = [];
    private readonly ImmutableArray<AgentEffect>.Builder effects = ImmutableArray.CreateBuilder<AgentEffect>();
    private long lastOp;

    /// <summary>Operations begun and not ended; the core refuses to let it grow without limit.</summary>
    public int InFlight => waiting.Count;

    /// <summary>Nothing was asked for in this step yet.</summary>
    public bool IsEmpty => effects.Count == 0;

    public void Emit(AgentEffect effect) => effects.Add(effect);

    public void Call(Func<long, HypervisorCall> make, Action<HypervisorResult> then)
    {
        var op = Expect(end => then((HypervisorResult)end!));
        Emit(new CallHypervisor(make(op)));
    }

    /// <param name="then">Null = done, else why the guard refused or could not be asked.</param>
    public void Guard(GuardOrder order, Action<string?> then)
    {
        var op = Expect(end => then((string?)end));
        Emit(new OrderGuard(op, order));
    }

    /// <param name="then">Null = the peer's agent took it.</param>
    public void Peer(int slot, PeerMessage message, Action<string?> then)
    {
        var op = Expect(end => then((string?)end));
        Emit(new TellPeer(op, slot, message));
    }

    public void MeasurePath(int slot, string network, Action<PathMeasured> then)
    {
        var op = Expect(end => then((PathMeasured)end!));
        Emit(new MeasurePath(op, slot, network));
    }

    /// <param name="then">Null = confirmed off.</param>
    public void FenceOff(string host, int level, Action<string?> then)
    {
        var op = Expect(end => then((string?)end));
        Emit(new FenceOff(op, host, level));
    }

    /// <param name="then">Null = the device has said whether its plug is on or off.</param>
    public void TestFence(string host, int level, Action<string?> then)
    {
        var op = Expect(end => then((string?)end));
        Emit(new TestFence(op, host, level));
    }

    public void Load(string datastore, string path, Action<DefinitionsLoaded> then)
    {
        var op = Expect(end => then((DefinitionsLoaded)end!));
        Emit(new LoadDefinitions(op, datastore, path));
    }

    public void ReadSlots(string datastore, ImmutableArray<int> slots, Action<SlotsRead> then)
    {
        var op = Expect(end => then((SlotsRead)end!));
        Emit(new ReadSlots(op, datastore, slots));
    }

    public void Say(string kind, string text, MachineDefinition? machine = null, string? host = null, string? datastore = null) =>
        Emit(new Decided(new(kind, machine?.Id, host, datastore, text)));

    public void Say(Decision decision) => Emit(new Decided(decision));

    /// <summary>Run what waited for this end. An unknown number is an end that came twice or too late, and is ignored.</summary>
    public void Ended(long op, object? end)
    {
        if (waiting.Remove(op, out var then))
        {
            then(end);
        }
    }

    public ImmutableArray<AgentEffect> Drain()
    {
        if (effects.Count == 0)
        {
            return [];
        }

        var all = effects.ToImmutable();
        effects.Clear();
        return all;
    }

    private long Expect(Action<object?> then)
    {
        Invariant.That(waiting.Count < 10_000, "More than 10,000 operations are in flight: a port does not end what it begins.");
        lastOp++;
        waiting.Add(lastOp, then);
        return lastOp;
    }
}
