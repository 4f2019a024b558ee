using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Leases;

/// <summary>
/// One host's part of the replicated lease table: Disk Paxos (Gafni and Lamport, 2003) with one disk, as a pure machine. Each host writes only its
/// own ballot area and reads all the others'. A version is decided when its proposer, having written its accepted value, has read every member's
/// area and seen no higher promise. Every host proposes for itself; who loses a ballot waits by slot, so that survivors do not duel.
/// </summary>
public sealed class LeaseRegister
{
    private readonly ImmutableArray<RegisterEffect>.Builder effects = ImmutableArray.CreateBuilder<RegisterEffect>();
    private RegisterState s;
    private Moment now;
    private (LeaseTable? Of, ImmutableArray<Slot> Slots) others;

    public LeaseRegister(RegisterSettings settings)
        : this(new RegisterState(settings))
    {
    }

    internal LeaseRegister(RegisterState state) => s = state;

    /// <summary>When <see cref="RegisterInput.Tick"/> is expected next.</summary>
    public Moment WakeAt => s.WakeAt;

    /// <summary>The newest table known to be chosen.</summary>
    public LeaseTable Chosen => s.Chosen;

    internal RegisterState State => s;

    public ImmutableArray<RegisterEffect> Step(Moment at, RegisterInput input)
    {
        now = at;
        if (s.Phase != RegisterPhase.Broken)
        {
            s = s.Fresh ? s with { Fresh = false } : s;
            Take(input);
        }
        else if (input is RegisterInput.Submit refused)
        {
            effects.Add(new RegisterEffect.Refused(refused.Batch.Id, "The lease table was rolled back; nothing is changed in it any more."));
        }

        var all = effects.ToImmutable();
        effects.Clear();
        return all;
    }

    private void Take(RegisterInput input)
    {
        switch (input)
        {
            case RegisterInput.Start when s.Phase == RegisterPhase.New:
                ReadBack();
                break;
            case RegisterInput.Submit i:
                s = s with { Batches = s.Batches.Enqueue(i.Batch) };
                Proceed();
                break;
            case RegisterInput.Prepare:
                s = s with { WantsConfirmation = true };
                Proceed();
                break;
            case RegisterInput.Poll:
                Poll();
                break;
            case RegisterInput.AreaRead i when i.Ticket == s.PollTicket:
                Polled(i.Slot, i.Reading);
                break;
            case RegisterInput.AreaRead i when i.Ticket == s.Ticket && s.Awaited.Contains(i.Slot):
                Read(i.Slot, i.Reading);
                break;
            case RegisterInput.AreaUnreadable i when i.Ticket == s.Ticket && s.Awaited.Contains(i.Slot):
                Unreadable(i.Slot, i.Fault);
                break;
            case RegisterInput.WriteEnded i when i.Ticket == s.Ticket && s.Writing is not null:
                Written(i.Outcome);
                break;
            case RegisterInput.Tick when now >= s.WakeAt:
                Wake();
                break;
        }
    }

    /// <summary>Begin whatever is to be done next, when nothing is under way.</summary>
    private void Proceed()
    {
        if (s.Phase != RegisterPhase.Idle || !s.HasWork)
        {
            return;
        }

        if (!Chosen.Hosts.ContainsKey(s.Settings.Own) && !Lacks(RegisterFlaws.ProposesAsStranger))
        {
            RefuseAsStranger();
            return;
        }

        if (!s.Settled)
        {
            // Safety: until then a write of an earlier process of this host may land, and what was read back before it would be out of date.
            if (now < s.Settings.WriteFrom)
            {
                s = s with { WakeAt = s.Settings.WriteFrom };
                if (s.WakeAt == Moment.Never)
                {
                    SayBlocked("This host may have left a write in flight and the store's drain is infinite, so nothing can be committed here; give the datastore a measured drain.");
                }

                return;
            }

            ReadBack();
            return;
        }

        if (s.Prepared && !s.Batches.IsEmpty && !s.MustAnnounce)
        {
            Propose();
        }
        else if (s.Prepared && s.Batches.IsEmpty && !s.MustAnnounce && s.Fresh)
        {
            Confirm();
        }
        else
        {
            Promise();
        }
    }

    /// <summary>Safety: nobody reads the area of a host without a slot, so a value that it proposed could be chosen beside another one.</summary>
    private void RefuseAsStranger()
    {
        foreach (var batch in s.Batches)
        {
            effects.Add(new RegisterEffect.Refused(batch.Id, $"Slot {s.Settings.Own} has no host in the lease table (version {s.Chosen.Version}); run 'holdfast host add NAME' on a member."));
        }

        s = s with { Batches = [], MustAnnounce = false };
    }

    private void Wake()
    {
        s = s with { WakeAt = Moment.Never };
        switch (s.Phase)
        {
            case RegisterPhase.Waiting:
                s = s with { Phase = RegisterPhase.Idle };
                Proceed();
                break;
            case RegisterPhase.Draining:
                ReadBack();
                break;
            case RegisterPhase.Idle:
                Proceed();
                break;
            default:
                if (!s.Failed.IsEmpty)
                {
                    effects.Add(new RegisterEffect.ReadAreas(s.Ticket, [.. s.Failed], s.Phase == RegisterPhase.ReadingBack ? 0 : s.Chosen.Version));
                    s = s with { Failed = [] };
                }

                break;
        }
    }

    // Reading.
    private void ReadBack()
    {
        s = s with { Phase = RegisterPhase.ReadingBack, Ticket = s.Ticket + 2, Awaited = [s.Settings.Own], Failed = [], Prepared = false, Writing = null, Settled = now >= s.Settings.WriteFrom, Floor = s.SeenSequences };
        effects.Add(new RegisterEffect.ReadAreas(s.Ticket, [s.Settings.Own], 0));
    }

    private void Poll()
    {
        var others = Others();
        if (s.Phase is RegisterPhase.Idle or RegisterPhase.Waiting or RegisterPhase.Hung or RegisterPhase.Draining && others.Length > 0)
        {
            // Odd tickets are polls, even ones ballots: an answer that comes late fits neither.
            s = s with { PollTicket = s.PollTicket == 0 ? 1 : s.PollTicket + 2, PollFloor = s.SeenSequences };
            effects.Add(new RegisterEffect.ReadAreas(s.PollTicket, others, s.Chosen.Version));
        }
    }

    private void Polled(Slot slot, BallotReading reading)
    {
        if (!Plausible(slot, reading, s.PollFloor))
        {
            return;
        }

        if (Lacks(RegisterFlaws.ActsOnAccepted) && reading.Version == s.Chosen.Version && reading.AcceptedTable is { } accepted)
        {
            Learn(accepted);
            return;
        }

        if (reading.Version > s.Chosen.Version)
        {
            if (reading.Chosen is { } chosen && s.Phase is RegisterPhase.Idle or RegisterPhase.Waiting or RegisterPhase.Hung or RegisterPhase.Draining)
            {
                Learn(reading.Chosen!);
                Proceed();
            }
        }
        else if (reading.Version == s.Chosen.Version && reading.Promise > s.Ballot && s.Phase == RegisterPhase.Idle)
        {
            s = s with { Prepared = false, Highest = Max(s.Highest, reading.Promise) };
        }
    }

    private void Read(Slot slot, BallotReading reading)
    {
        if (!Plausible(slot, reading, s.Floor))
        {
            return;
        }

        s = s with { Awaited = s.Awaited.Remove(slot), Failed = s.Failed.Remove(slot) };
        if (s.Phase == RegisterPhase.ReadingBack)
        {
            GoOnFrom(reading);
            return;
        }

        if (reading.Version > s.Chosen.Version)
        {
            s = s with { Phase = RegisterPhase.Idle, Awaited = [], Failed = [] };
            Learn(reading.Chosen!);
            Proceed();
            return;
        }

        if (reading.Version == s.Chosen.Version)
        {
            if (reading.Promise > s.Ballot && !Lacks(RegisterFlaws.IgnoresHigherPromise))
            {
                LoseTo(reading.Promise);
                return;
            }

            if (s.Phase == RegisterPhase.AskingPromise && reading.Accepted > s.BestBallot)
            {
                s = s with { BestBallot = reading.Accepted, BestTable = reading.AcceptedTable };
            }
        }

        RoundOver();
    }

    private void Unreadable(Slot slot, AreaFault fault)
    {
        if (Lacks(RegisterFlaws.UnreadableIsEmpty) && s.Phase != RegisterPhase.ReadingBack)
        {
            s = s with { Awaited = s.Awaited.Remove(slot) };
            RoundOver();
            return;
        }

        // Safety: an area that cannot be read is unknown, never empty (DESIGN §3, rule 2): the ballot waits for it.
        s = s with { Failed = s.Failed.Add(slot), WakeAt = now + s.Settings.ReadAgain };
        SayBlocked(fault.Sentence);
    }

    private void RoundOver()
    {
        if (!s.Awaited.IsEmpty)
        {
            return;
        }

        s = s with { Lost = 0, WakeAt = Moment.Never };
        SayUnblocked();
        if (s.Phase == RegisterPhase.AskingAccepted)
        {
            Decided();
        }
        else if (s.BestTable is { } found && !Lacks(RegisterFlaws.IgnoresFound))
        {
            // Safety: somebody may have decided this value; only it may be accepted now.
            Accept(found);
        }
        else if (s.Chosen.Version < s.Settings.SeenVersion)
        {
            // Only now is the newest version known; the own area alone may lag behind what this host has seen.
            Break($"The lease table is at version {s.Chosen.Version}, but this host has seen {s.Settings.SeenVersion}: the datastore was rolled back.");
        }
        else
        {
            s = s with { Phase = RegisterPhase.Idle, Prepared = true, Fresh = true };
            Confirm();
            Proceed();
        }
    }

    private void Confirm()
    {
        if (s.WantsConfirmation)
        {
            s = s with { WantsConfirmation = false };
            effects.Add(new RegisterEffect.Confirmed(s.Chosen));
        }
    }

    /// <param name="floor">What had been seen when this read was asked for: two reads under way at once may end in the other order.</param>
    private bool Plausible(Slot slot, BallotReading reading, ImmutableSortedDictionary<Slot, ulong> floor)
    {
        if (floor.TryGetValue(slot, out var seen) && reading.Sequence < seen)
        {
            Break($"The ballot area of slot {slot} went back from {seen} to {reading.Sequence}: the datastore was rolled back, or two processes write as one host.");
            return false;
        }

        Saw(slot, reading.Sequence);
        return true;
    }

    private void Saw(Slot slot, ulong sequence)
    {
        if (sequence > s.SeenSequences.GetValueOrDefault(slot))
        {
            s = s with { SeenSequences = s.SeenSequences.SetItem(slot, sequence) };
        }
    }

    private void GoOnFrom(BallotReading own)
    {
        var record = new BallotRecord(own.Sequence, own.Chosen!, own.Promise, own.Accepted, own.AcceptedTable);
        s = s with { Phase = RegisterPhase.Idle, Own = record, Side = own.Side, WakeAt = Moment.Never };
        SayUnblocked();
        Learn(record.Chosen);
        Poll();
        Proceed();
    }

    // Ballots.
    private void Promise()
    {
        var own = s.Own!;
        var mine = own.Chosen.Version == s.Chosen.Version;
        var carries = mine && !Lacks(RegisterFlaws.DropsAccepted);
        var ballot = Ballot.Above(Max(s.Highest, mine ? own.Promise : Ballot.None), s.Settings.Own);
        s = s with
        {
            Phase = RegisterPhase.Promising,
            Ballot = ballot,
            Prepared = false,
            BestBallot = carries ? own.Accepted : Ballot.None,
            BestTable = carries ? own.AcceptedTable : null,
        };
        Write(new BallotRecord(own.Sequence + 1, s.Chosen, ballot, s.BestBallot, s.BestTable));
    }

    private void Propose()
    {
        var batch = s.Batches.Peek();
        var (next, outcomes) = batch.ApplyTo(s.Chosen);
        if (outcomes.All(o => o is CommandOutcome.Refused))
        {
            if (!s.Fresh)
            {
                // A promise held from before does not say that this is still the newest version; ask again before refusing.
                Promise();
                return;
            }

            s = s with { Batches = s.Batches.Dequeue() };
            effects.Add(new RegisterEffect.Committed(batch.Id, s.Chosen, outcomes));
            Proceed();
            return;
        }

        s = s with { ProposedVersion = next.Version, ProposedOutcomes = outcomes };
        Accept(next);
    }

    private void Accept(LeaseTable value)
    {
        s = s with { Phase = RegisterPhase.Accepting, Prepared = false, BestTable = value, BestBallot = s.Ballot };
        Write(new BallotRecord(s.Own!.Sequence + 1, s.Chosen, s.Ballot, s.Ballot, value));
    }

    private void Decided()
    {
        var value = s.BestTable!;
        s = s with { Phase = RegisterPhase.Idle, MustAnnounce = true };
        Learn(value);
        Proceed();
    }

    private void LoseTo(Ballot higher)
    {
        var members = s.Chosen.Hosts.Keys.ToList();
        var place = Math.Max(0, members.IndexOf(s.Settings.Own));
        var lost = Math.Min(s.Lost + 1, 6);
        s = s with
        {
            Phase = RegisterPhase.Waiting,
            Prepared = false,
            Highest = Max(s.Highest, higher),
            Lost = lost,
            Awaited = [],
            Failed = [],
            WakeAt = now + (s.Settings.BackoffStep * (0.5 + place) * lost),
        };
    }

    /// <summary>A version is known to be chosen: announced by somebody, or found by finishing a ballot on it. Nothing else comes here.</summary>
    private void Learn(LeaseTable table)
    {
        if (table.Version <= s.Chosen.Version)
        {
            return;
        }

        s = s with { Chosen = table, Prepared = false, Highest = Ballot.None, BestBallot = Ballot.None, BestTable = null };
        if (!s.Batches.IsEmpty && s.Batches.Peek() is var batch && table.Host(s.Settings.Own)?.LastBatch == batch.Id && table.Host(s.Settings.Own)!.LastBatchVersion == s.ProposedVersion)
        {
            s = s with { Batches = s.Batches.Dequeue() };
            effects.Add(new RegisterEffect.Committed(batch.Id, table, s.ProposedOutcomes));
        }
        else
        {
            effects.Add(new RegisterEffect.Learned(table));
        }
    }

    // Writing.
    private void Write(BallotRecord record)
    {
        Invariant.That(s.Writing is null || Lacks(RegisterFlaws.ForgetsUnanswered), "A second write to the own ballot area was about to begin.");
        s = s with { Ticket = s.Ticket + 2, Writing = record, Awaited = [], Failed = [] };
        var side = Lacks(RegisterFlaws.OneSide) ? s.Side : 1 - s.Side;
        effects.Add(new RegisterEffect.WriteOwnArea(s.Ticket, side, record));
    }

    private void Written(WriteOutcome outcome)
    {
        if (outcome == WriteOutcome.Done && s.Phase is RegisterPhase.Promising or RegisterPhase.Accepting)
        {
            // A promise carries the chosen table, so it announces what was decided before it.
            s = s with
            {
                Own = s.Writing,
                Writing = null,
                MustAnnounce = s.MustAnnounce && s.Phase != RegisterPhase.Promising,
                Side = Lacks(RegisterFlaws.OneSide) ? s.Side : 1 - s.Side,
                Phase = s.Phase == RegisterPhase.Promising ? RegisterPhase.AskingPromise : RegisterPhase.AskingAccepted,
            };
            Saw(s.Settings.Own, s.Own!.Sequence);
            AskOthers();
            return;
        }

        if (Lacks(RegisterFlaws.ForgetsUnanswered))
        {
            s = s with { Phase = RegisterPhase.Idle, Prepared = false, Own = s.Own! with { Sequence = s.Own.Sequence + 1 } };
            Proceed();
            return;
        }

        switch (outcome)
        {
            case WriteOutcome.Unanswered:
                // Safety: it may still land and roll a promise back, so nothing is written before it has ended (DESIGN §3, rule 3).
                s = s with { Phase = RegisterPhase.Hung, WakeAt = Moment.Never };
                SayBlocked("A write to this host's ballot area gets no answer; the datastore hangs.");
                break;
            case WriteOutcome.Lost:
                s = s with { Phase = RegisterPhase.Draining, WakeAt = now + s.Settings.Drain };
                SayBlocked("A write to this host's ballot area failed; it may still land until the store's drain has passed.");
                break;
            case WriteOutcome.Done when s.Phase == RegisterPhase.Hung:
                ReadBack();
                break;
        }
    }

    private void AskOthers()
    {
        var others = Lacks(s.Phase == RegisterPhase.AskingPromise ? RegisterFlaws.SkipsPromiseRead : RegisterFlaws.SkipsAcceptedRead) ? [] : Others();
        if (others.Length == 0)
        {
            RoundOver();
            return;
        }

        s = s with { Awaited = [.. others], Failed = [], Floor = s.SeenSequences };
        effects.Add(new RegisterEffect.ReadAreas(s.Ticket, others, s.Chosen.Version));
    }

    /// <summary>Asked for with every poll, and new only with a table that is.</summary>
    private ImmutableArray<Slot> Others()
    {
        if (!ReferenceEquals(others.Of, s.Chosen))
        {
            others = (s.Chosen, [.. s.Chosen.Hosts.Keys.Where(slot => slot != s.Settings.Own)]);
        }

        return others.Slots;
    }

    /// <summary>A rule left out on purpose, for the state search (src/Holdfast.Simulation/Exploration).</summary>
    private bool Lacks(RegisterFlaws rule) => (s.Settings.Flaws & rule) != 0;

    private void SayBlocked(string sentence)
    {
        if (!s.SaidBlocked)
        {
            s = s with { SaidBlocked = true };
            effects.Add(new RegisterEffect.Blocked(sentence));
        }
    }

    private void SayUnblocked()
    {
        if (s.SaidBlocked)
        {
            s = s with { SaidBlocked = false };
            effects.Add(new RegisterEffect.Unblocked());
        }
    }

    private void Break(string sentence)
    {
        effects.Add(new RegisterEffect.RolledBack(sentence));
        foreach (var batch in s.Batches)
        {
            effects.Add(new RegisterEffect.Refused(batch.Id, sentence));
        }

        s = s with { Phase = RegisterPhase.Broken, WakeAt = Moment.Never, Batches = [], Awaited = [] };
    }

    private static Ballot Max(Ballot one, Ballot other) => one > other ? one : other;
}
