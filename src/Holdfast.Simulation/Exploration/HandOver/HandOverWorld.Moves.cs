using Holdfast.Core.Agent;
using Holdfast.Core.Leases;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>What may happen next, and what it does.</summary>
internal sealed partial class HandOverWorld
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(31);

    public IEnumerable<Move> Moves()
    {
        foreach (var host in hosts.Where(h => !h.Off))
        {
            foreach (var move in Of(host))
            {
                yield return move;
            }
        }

        foreach (var letter in letters)
        {
            var word = Word(letter.Message);
            if (hosts[letter.To] is { Off: false, Agent: not null })
            {
                yield return new($"gets {word}", letter.To);
                if (May(HandOverFaults.Message))
                {
                    yield return new($"gets {word}, its receipt is lost", letter.To);
                    yield return new($"does not get {word}", letter.To);
                }
            }
            else
            {
                yield return new($"cannot be told {word}", letter.To);
            }
        }

        if (Entry is { Owner: { } owner } && takes < 2 && owner.Slot.Value != Taker && IsDead(hosts[owner.Slot.Value]))
        {
            for (var to = 0; to < 3; to++)
            {
                if (to == Taker || (to != owner.Slot.Value && !IsDead(hosts[to])))
                {
                    yield return new("takes the machine over for", Taker, to);
                }
            }
        }

        if (Entry.State == LeaseState.Free && takes < 2)
        {
            yield return new("claims the free machine", Taker);
        }
    }

    private IEnumerable<Move> Of(HandOverHost host)
    {
        var h = host.Slot;
        if (host.Agent is null)
        {
            yield return new("agent starts", h);
        }
        else
        {
            foreach (var call in host.Calls.Where(c => !Waits(host, c)))
            {
                yield return new($"{Word(call)} ends", h);
                if (May(HandOverFaults.Call))
                {
                    yield return new($"{Word(call)} fails", h);
                    yield return new($"{Word(call)} is done, its end is lost", h);
                    if (call is PerformMove)
                    {
                        yield return new("PerformMove breaks after the target is complete", h);
                    }
                }

                if (May(HandOverFaults.Crash))
                {
                    yield return new($"agent dies when {Word(call)} is done", h);
                }
            }

            yield return new("a moment passes", h);
            if (bounds.Waits)
            {
                yield return new("half a minute passes", h);
            }

            if (May(HandOverFaults.Crash))
            {
                yield return new("agent dies", h);
            }
        }

        if (host.Cut)
        {
            yield return new("storage is back", h);
            if (!host.Guard.Expired)
            {
                yield return new("right expires", h);
            }
        }
        else if (May(HandOverFaults.Storage))
        {
            yield return new("loses the storage", h);
        }

        if (May(HandOverFaults.Power))
        {
            yield return new("loses its power", h);
        }

        if (host.Copy is not null && May(HandOverFaults.Death))
        {
            yield return new("process dies", h);
        }

        if (host.Copy is { State: CopyState.Sent, Frozen: false } && May(HandOverFaults.Resume))
        {
            yield return new("source is resumed by QEMU or libvirt", h);
        }

        if (host.Copy is { Frozen: false } && host.Calls.Any(c => c is FreezeAndLook) && bounds.LooksBeforeFreeze && host.Agent is not null)
        {
            yield return new("source was looked at, and is frozen later", h);
        }
    }

    public void Do(Move move)
    {
        if (move.Host == Taker)
        {
            Take(move.Name, move.Other);
        }
        else if (!DoLetter(move) && !DoCall(move))
        {
            DoHost(hosts[move.Host], move.Name);
        }

        foreach (var host in hosts)
        {
            Drain(host);
        }

        Check();
    }

    private void Drain(HandOverHost host)
    {
        if (host.Inbox.TryDequeue(out var first))
        {
            // In front of it, nothing: Tell puts it at the end of what is there, so the order of the rest is kept by turning the queue once.
            var rest = host.Inbox.ToArray();
            host.Inbox.Clear();
            Tell(host, first);
            Array.ForEach(rest, r => Tell(host, r));
        }
    }

    /// <summary>Finish is asked for as soon as the target is prepared, and returns when the copy is whole or its process has ended.</summary>
    private static bool Waits(HandOverHost host, HypervisorCall call) => call is FinishMove { Cancelled: false } && host.Copy is { State: CopyState.Incoming };

    private bool May(HandOverFaults kind) => faults < bounds.Faults && bounds.Kinds.HasFlag(kind);

    /// <summary>Proven dead as far as the table's rules want it: its machines cannot execute and never will again under this incarnation.</summary>
    private static bool IsDead(HandOverHost host) => host.Off || host.Guard.Expired;

    private void Take(string name, int to)
    {
        takes++;
        var entry = Entry;
        TableCommand command = name.StartsWith("claims", StringComparison.Ordinal)
            ? new Claim(entry.Machine, Life(Taker))
            : new TakeOver(entry.Machine, entry.Owner!.Value, Life(Taker), Newest().Host(new Slot(to))!.Life);
        TellTaker(new RegisterInput.Poll());
        TellTaker(new RegisterInput.Submit(new TableBatch(new BatchId(9, (ulong)takes), new Slot(Taker), [command])));
        if (Entry.Owner is { } owner && owner == Life(Taker))
        {
            takersCopy = new(CopyState.Running, fresh: true);
        }
    }

    private bool DoLetter(Move move)
    {
        if (letters.FirstOrDefault(l => l.To == move.Host && move.Name.Contains(Word(l.Message), StringComparison.Ordinal) && !move.Name.Contains("ends", StringComparison.Ordinal)) is not { } letter
            || !(move.Name.StartsWith("gets", StringComparison.Ordinal) || move.Name.StartsWith("does not get", StringComparison.Ordinal) || move.Name.StartsWith("cannot", StringComparison.Ordinal)))
        {
            return false;
        }

        letters.Remove(letter);
        var taken = move.Name.StartsWith("gets", StringComparison.Ordinal);
        var known = taken && !move.Name.EndsWith("lost", StringComparison.Ordinal);
        faults += known || move.Name.StartsWith("cannot", StringComparison.Ordinal) ? 0 : 1;
        if (hosts[letter.From].Boots == letter.Boot && hosts[letter.From].Agent is not null)
        {
            hosts[letter.From].Inbox.Enqueue(new OperationEnded(letter.Op, known ? null : "no answer"));
        }

        if (taken)
        {
            hosts[letter.To].Inbox.Enqueue(new PeerSaid(letter.Message));
        }

        return true;
    }

    private void DoHost(HandOverHost host, string name)
    {
        switch (name)
        {
            case "agent starts":
                Boot(host);
                break;
            case "a moment passes":
                Pass(host, Short);
                break;
            case "half a minute passes":
                Pass(host, Long);
                break;
            case "agent dies":
                faults++;
                Die(host);
                break;
            case "loses the storage":
                (host.Cut, faults) = (true, faults + 1);
                break;
            case "right expires":
                (host.Guard.Expired, touched) = (true, true);
                break;
            case "storage is back":
                host.Cut = false;
                host.Guard.Expired &= !bounds.ThawsWithoutCommit;
                var waiting = host.Waiting.ToArray();
                host.Waiting.Clear();
                Array.ForEach(waiting, w => Perform(host, w));
                break;
            case "loses its power":
                (host.Off, host.Copy, touched, faults) = (true, null, true, faults + 1);
                Die(host);
                break;
            case "process dies":
                (host.Copy, touched, faults) = (null, true, faults + 1);
                Happens(host, MachineEventKind.Gone);
                break;
            case "source is resumed by QEMU or libvirt":
                (host.Copy!.State, faults) = (CopyState.Running, faults + 1);
                Happens(host, MachineEventKind.Resumed);
                break;
            default:
                throw new InvalidOperationException($"There is no move '{name}'.");
        }
    }

    /// <summary>What an agent has prepared dies with it, unless its Finish is under way: that keeps the connection open which it is tied to.</summary>
    private static void Die(HandOverHost host)
    {
        host.Agent = null;
        if (host.Copy is { Tied: true } copy)
        {
            copy.Tied = false;
            host.Copy = host.Calls.Any(c => c is FinishMove { Cancelled: false }) ? copy : null;
        }

        host.Calls.Clear();
        host.Waiting.Clear();
        host.Inbox.Clear();
    }
}
