using System.Collections.Immutable;
using Holdfast.Core;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.Exploration.Register;

/// <summary>
/// The real <see cref="LeaseRegister"/> of each host over a lease area in memory: every order in which their reads and writes can take effect, with crashes,
/// restarts, and writes that are lost, torn, hung or late. Time has no length here: a timer may end at any moment, except that <c>drain</c> has passed only
/// when none of the host's writes can land any more, which is what drain means.
/// </summary>
internal sealed class RegisterModel(RegisterBounds bounds) : IModel<RegisterWorld>
{
    private static readonly Moment BeforeDrain = Moment.At(TimeSpan.FromSeconds(1));
    private static readonly Moment AfterDrain = Moment.At(TimeSpan.FromSeconds(100));

    public RegisterWorld Initial
    {
        get
        {
            var count = bounds.Hosts.Length;
            var table = LeaseTable.First([.. Enumerable.Range(0, count - bounds.Strangers).Select(s => ((char)('a' + s)).ToString())]);
            table = table.Hosts.Values.Aggregate(table, (t, h) => t with { Hosts = t.Hosts.SetItem(h.Slot, h with { Incarnation = Life(h.Slot.Value).Incarnation }) });
            var world = new RegisterWorld([.. bounds.Hosts.Select((b, slot) => new RegisterHost(slot, b))])
            {
                Sides = [.. Enumerable.Range(0, count).SelectMany(_ => new BallotRecord?[] { BallotRecord.First(table), null })],
            };
            for (var slot = 0; slot < count; slot++)
            {
                world = Boot(world, slot);
                world = Answer(world, slot, world.Hosts[slot].Reads[0], world.Read(slot));
                world = world.With(world.Hosts[slot] with { Reads = [] });
            }

            return world;
        }
    }

    public string? Violation(RegisterWorld state)
    {
        if (state.Violation is not null)
        {
            return state.Violation;
        }

        var lost = state.Hosts.FirstOrDefault(h => state.Read(h.Slot) is null && !state.HasLate(h.Slot) && h.Write is null);
        return lost is null ? null : $"nothing in the area of {(char)('a' + lost.Slot)} can be read any more: no host can ever commit again";
    }

    public void Write(RegisterWorld state, StateBytes bytes) => RegisterCode.Write(state, bytes);

    public IEnumerable<(Move Move, RegisterWorld Next)> Next(RegisterWorld w)
    {
        foreach (var host in w.Hosts)
        {
            foreach (var next in host.State is null ? Down(w, host) : Up(w, host))
            {
                yield return next;
            }
        }

        for (var i = 0; i < w.Late.Length; i++)
        {
            var late = w.Late[i];
            var rest = w with { Late = w.Late.RemoveAt(i) };
            var landed = rest.Land(late.Slot, late.Side, late.Record);
            yield return (new("late write lands", late.Slot), late.Ticket == 0 ? landed : Tell(landed, late.Slot, new RegisterInput.WriteEnded(late.Ticket, WriteOutcome.Done)));
            yield return (new("late write never lands", late.Slot), late.Ticket == 0 ? rest : Tell(rest, late.Slot, new RegisterInput.WriteEnded(late.Ticket, WriteOutcome.Lost)));
        }
    }

    private IEnumerable<(Move, RegisterWorld)> Down(RegisterWorld w, RegisterHost host)
    {
        yield return (new("starts again", host.Slot), Boot(w, host.Slot));
    }

    private IEnumerable<(Move, RegisterWorld)> Up(RegisterWorld w, RegisterHost host)
    {
        var (slot, s) = (host.Slot, host.State!);
        if (s.Ballot.Value / Slot.Count > (ulong)bounds.Rounds)
        {
            yield break;
        }

        if (host.Write is { } write)
        {
            var idle = w.With(host with { Write = null });
            yield return (new("write lands", slot), Tell(idle.Land(slot, write.Side, write.Record), slot, new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Done)));
            foreach (var next in Faulty(w, host, write))
            {
                yield return next;
            }
        }
        else if (May(w, RegisterFaults.Crash))
        {
            yield return (new("crashes", slot), Die(w, host));
        }

        foreach (var next in Reading(w, host))
        {
            yield return next;
        }

        if (s.WakeAt != Moment.Never && (s.Phase is RegisterPhase.Waiting || !s.Failed.IsEmpty || !w.HasLate(slot)))
        {
            // Whatever waits for drain waits until none of this host's writes can land any more.
            var waited = s.Phase is RegisterPhase.Waiting || !s.Failed.IsEmpty ? host : host with { Drained = true };
            yield return (new("timer ends", slot), Tell(w.With(waited), slot, new RegisterInput.Tick()));
        }

        foreach (var next in Asking(w, host))
        {
            yield return next;
        }
    }

    private IEnumerable<(Move, RegisterWorld)> Faulty(RegisterWorld w, RegisterHost host, RegisterEffect.WriteOwnArea write)
    {
        var slot = host.Slot;
        if (May(w, RegisterFaults.Crash))
        {
            yield return (new("crashes, its write may land later", slot), Die(w with { Late = w.Late.Add(new(slot, write.Side, write.Record, 0)) }, host));
            if (May(w, RegisterFaults.Torn))
            {
                yield return (new("crashes in the middle of a write", slot), Die(w.Land(slot, write.Side, null), host));
            }
        }

        if (May(w, RegisterFaults.CleanCrash))
        {
            yield return (new("crashes, its write has not left it", slot), Die(w, host));
        }

        var idle = w.With(host with { Write = null }) with { Faults = w.Faults + 1 };
        if (May(w, RegisterFaults.Lost))
        {
            var late = idle with { Late = idle.Late.Add(new(slot, write.Side, write.Record, 0)) };
            yield return (new("write fails and may land later", slot), Tell(late, slot, new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Lost)));
        }

        if (May(w, RegisterFaults.Torn))
        {
            yield return (new("write fails and tears its side", slot), Tell(idle.Land(slot, write.Side, null), slot, new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Lost)));
        }

        if (May(w, RegisterFaults.Hung))
        {
            var late = idle with { Late = idle.Late.Add(new(slot, write.Side, write.Record, write.Ticket)) };
            yield return (new("write hangs", slot), Tell(late, slot, new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Unanswered)));
        }
    }

    private IEnumerable<(Move, RegisterWorld)> Reading(RegisterWorld w, RegisterHost host)
    {
        for (var i = 0; i < host.Reads.Length; i++)
        {
            var read = host.Reads[i];
            var asked = w.With(host with { Reads = host.Reads.RemoveAt(i) });
            var found = read.Found ?? w.Read(read.Slot);
            yield return (new(read.Found is null ? "reads" : "gets the late answer from", host.Slot, read.Slot), Answer(asked, host.Slot, read, found));
            if (read.Found is not null || found is null)
            {
                continue;
            }

            if (May(w, RegisterFaults.Unreadable))
            {
                yield return (new("cannot read", host.Slot, read.Slot), Answer(asked with { Faults = w.Faults + 1 }, host.Slot, read, null));
            }

            if (May(w, RegisterFaults.LateRead))
            {
                yield return (
                    new("has read, but does not know it yet:", host.Slot, read.Slot),
                    w.With(host with { Reads = host.Reads.SetItem(i, read with { Found = found }) }) with { Faults = w.Faults + 1 });
            }
        }
    }

    private IEnumerable<(Move, RegisterWorld)> Asking(RegisterWorld w, RegisterHost host)
    {
        var slot = host.Slot;
        if (host.Left.Submits > 0)
        {
            var machine = new MachineId(new Guid((slot * 16) + host.NextBatch, 0, 0, new byte[8]));
            var batch = new TableBatch(new BatchId(1, (ulong)((slot * 16) + host.NextBatch)), new Slot(slot), [new CreateEntry(machine, WantedState.Run, Life(slot)), new Claim(machine, Life(slot))]);
            var left = host with { Left = host.Left with { Submits = host.Left.Submits - 1 }, NextBatch = host.NextBatch + 1 };
            yield return (new("submits a batch", slot), Tell(w.With(left), slot, new RegisterInput.Submit(batch)));
        }

        if (host.Left.Prepares > 0 && !host.State!.WantsConfirmation)
        {
            yield return (new("prepares", slot), Tell(w.With(host with { Left = host.Left with { Prepares = host.Left.Prepares - 1 } }), slot, new RegisterInput.Prepare()));
        }

        if (host.Left.Polls > 0 && host.State!.Phase is RegisterPhase.Idle or RegisterPhase.Waiting or RegisterPhase.Hung or RegisterPhase.Draining)
        {
            yield return (new("polls", slot), Tell(w.With(host with { Left = host.Left with { Polls = host.Left.Polls - 1 } }), slot, new RegisterInput.Poll()));
        }
    }

    private bool May(RegisterWorld w, RegisterFaults kind) => w.Faults < bounds.Faults && bounds.Kinds.HasFlag(kind);

    private RegisterWorld Die(RegisterWorld w, RegisterHost host)
    {
        var dead = w.With(host with { State = null, Write = null, Reads = [], Drained = false }) with
        {
            Faults = w.Faults + 1,
            Late = [.. w.Late.Select(l => l.Slot == host.Slot ? l with { Ticket = 0 } : l)],
        };
        return bounds.WorldFlaws.HasFlag(WorldFlaws.FormatsReusedArea)
            ? dead.Land(host.Slot, 0, Initial.Sides[2 * host.Slot]).Land(host.Slot, 1, null)
            : dead;
    }

    private RegisterWorld Boot(RegisterWorld w, int slot)
    {
        var drained = w.Hosts[slot].Drained || bounds.WorldFlaws.HasFlag(WorldFlaws.WritesBeforeDrain);
        var settings = new RegisterSettings(new Slot(slot), TimeSpan.FromSeconds(1), AfterDrain) { Flaws = bounds.Flaws };
        return Tell(w.With(w.Hosts[slot] with { State = new RegisterState(settings), Drained = drained }), slot, new RegisterInput.Start());
    }

    private static RegisterWorld Answer(RegisterWorld w, int slot, AskedRead read, BallotReading? found) => Tell(w, slot, found is null
        ? new RegisterInput.AreaUnreadable(read.Ticket, new Slot(read.Slot), new AreaFault.Damaged("ballot area"))
        : new RegisterInput.AreaRead(read.Ticket, new Slot(read.Slot), found));

    private static RegisterWorld Tell(RegisterWorld w, int slot, RegisterInput input)
    {
        var host = w.Hosts[slot];
        var register = new LeaseRegister(host.State!);
        ImmutableArray<RegisterEffect> effects;
        try
        {
            effects = register.Step(host.Drained ? AfterDrain : BeforeDrain, input);
        }
        catch (BrokenInvariantException broken)
        {
            return w with { Violation = broken.Message };
        }

        var state = register.State;
        state = state.WakeAt == Moment.Never ? state : state with { WakeAt = BeforeDrain };
        host = host with { State = state, Reads = [.. host.Reads.Where(r => Matters(state, r))] };
        foreach (var effect in effects)
        {
            (w, host) = Take(w, host, effect);
        }

        return w.With(host);
    }

    /// <summary>An answer to a question that is not open any more changes nothing.</summary>
    private static bool Matters(RegisterState s, AskedRead read) =>
        read.Ticket == s.PollTicket || (read.Ticket == s.Ticket && s.Awaited.Contains(new Slot(read.Slot)));

    private static (RegisterWorld World, RegisterHost Host) Take(RegisterWorld w, RegisterHost host, RegisterEffect effect) => effect switch
    {
        RegisterEffect.ReadAreas e => (w, host with { Reads = [.. host.Reads, .. e.Slots.Select(s => new AskedRead(e.Ticket, s.Value, e.KnownVersion))] }),
        RegisterEffect.WriteOwnArea e => (w, host with { Write = e }),
        RegisterEffect.Learned e => (w.Act(e.Table), host),
        RegisterEffect.Confirmed e => (w.Act(e.Table), host),
        RegisterEffect.Committed e => (Committed(w, host, e), host),
        RegisterEffect.RolledBack e => (w with { Violation = $"a sound store was taken for rolled back: {e.Sentence}" }, host),
        _ => (w, host),
    };

    private static RegisterWorld Committed(RegisterWorld w, RegisterHost host, RegisterEffect.Committed e)
    {
        var machine = new MachineId(new Guid((int)e.Batch.Number, 0, 0, new byte[8]));
        return e.Outcomes.All(o => o is CommandOutcome.Done) && e.Table.Machine(machine) is { } entry && entry.Epoch == ((CommandOutcome.Done)e.Outcomes[^1]).Epoch
            ? w.Act(e.Table)
            : w with { Violation = $"{(char)('a' + host.Slot)} was told that its batch is committed, but version {e.Table.Version} does not hold it" };
    }

    private static HostLife Life(int slot) => new(new Slot(slot), new Incarnation(new Guid(slot + 1, 1, 0, new byte[8])));
}
