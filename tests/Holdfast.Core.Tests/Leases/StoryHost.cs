using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Leases;

/// <summary>What becomes of a write in a story.</summary>
internal enum Fate
{
    Lands,

    /// <summary>Fails with an error and never lands.</summary>
    Lost,

    /// <summary>Fails with an error and has torn its side.</summary>
    Tears,

    /// <summary>No answer; it stays in <see cref="StoryHost.Hanging"/>.</summary>
    Hangs,
}

/// <summary>One host of an <see cref="AreaStory"/>: the real register and what it has asked for and not got yet.</summary>
internal sealed class StoryHost
{
    private readonly AreaStory story;
    private readonly Queue<RegisterEffect> asked = new();

    public StoryHost(AreaStory story, int slot, TimeSpan drain, Moment writeFrom, ulong seen = 0)
    {
        (this.story, Slot) = (story, slot);
        Register = new(new RegisterSettings(new Slot(slot), drain, writeFrom, seen));
        Tell(new RegisterInput.Start());
    }

    public int Slot { get; }

    public LeaseRegister Register { get; }

    public List<RegisterEffect> Said { get; } = [];

    public int Writes { get; private set; }

    public int Rounds { get; private set; }

    /// <summary>Fates of the next writes; then all land.</summary>
    public Queue<Fate> Fates { get; } = new();

    public RegisterEffect.WriteOwnArea? Hanging { get; private set; }

    /// <summary>Off: its disk does nothing (a paused or dead host).</summary>
    public bool Runs { get; set; } = true;

    public RegisterEffect.Committed Commit(params TableCommand[] commands)
    {
        var batch = Submit(commands);
        story.Run();
        return Assert.Single(Said.OfType<RegisterEffect.Committed>(), c => c.Batch == batch);
    }

    public BatchId Submit(params TableCommand[] commands)
    {
        var batch = story.Batch(Slot, commands);
        Tell(new RegisterInput.Submit(batch));
        return batch.Id;
    }

    public RegisterEffect.Committed Committed(BatchId batch) => Assert.Single(Said.OfType<RegisterEffect.Committed>(), c => c.Batch == batch);

    /// <summary>The hanging write lands now and is answered.</summary>
    public void Land()
    {
        var write = Hanging!;
        Hanging = null;
        story.Areas[Slot][write.Side] = write.Record;
        Tell(new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Done));
    }

    public void Tell(RegisterInput input)
    {
        foreach (var effect in Register.Step(story.Now, input))
        {
            switch (effect)
            {
                case RegisterEffect.ReadAreas or RegisterEffect.WriteOwnArea:
                    asked.Enqueue(effect);
                    break;
                case RegisterEffect.Committed e:
                    story.Acted(e.Table);
                    break;
                case RegisterEffect.Learned e:
                    story.Acted(e.Table);
                    break;
                case RegisterEffect.Confirmed e:
                    story.Acted(e.Table);
                    break;
            }

            Said.Add(effect);
        }
    }

    /// <summary>Do one thing that was asked for. False when there is none.</summary>
    public bool Work()
    {
        if (!Runs || !asked.TryDequeue(out var effect))
        {
            return false;
        }

        if (effect is RegisterEffect.ReadAreas read)
        {
            Rounds++;
            foreach (var slot in read.Slots)
            {
                Tell(story.Read(slot.Value, read.KnownVersion) is { } reading
                    ? new RegisterInput.AreaRead(read.Ticket, slot, reading)
                    : new RegisterInput.AreaUnreadable(read.Ticket, slot, new AreaFault.Damaged($"ballot-{slot}")));
            }
        }
        else
        {
            Write((RegisterEffect.WriteOwnArea)effect);
        }

        return true;
    }

    private void Write(RegisterEffect.WriteOwnArea write)
    {
        Writes++;
        Assert.Null(Hanging);
        switch (Fates.TryDequeue(out var fate) ? fate : Fate.Lands)
        {
            case Fate.Lands:
                story.Areas[Slot][write.Side] = write.Record;
                Tell(new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Done));
                break;
            case Fate.Lost:
                Tell(new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Lost));
                break;
            case Fate.Tears:
                story.Areas[Slot][write.Side] = null;
                Tell(new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Lost));
                break;
            case Fate.Hangs:
                Hanging = write;
                Tell(new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Unanswered));
                break;
        }
    }
}
