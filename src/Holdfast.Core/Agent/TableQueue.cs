using System.Collections.Immutable;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Agent;

/// <summary>Collects what one step asks of the lease table into one batch, and finds each command's continuation when the batch has ended.</summary>
internal sealed class TableQueue(AgentContext context, Slot slot, Action<RegisterInput> tell)
{
    private readonly ulong session = context.Ids.Number();
    private readonly List<(TableCommand Command, Action<CommandOutcome> Then)> waiting = [];
    private readonly Dictionary<BatchId, ImmutableArray<Action<CommandOutcome>>> inFlight = [];
    private ulong number;

    public void Add(TableCommand command, Action<CommandOutcome> then) => waiting.Add((command, then));

    public void Flush()
    {
        while (waiting.Count > 0)
        {
            var id = new BatchId(session, ++number);
            var batch = new TableBatch(id, slot, [.. waiting.Select(w => w.Command)]);
            inFlight[id] = [.. waiting.Select(w => w.Then)];
            waiting.Clear();
            tell(new RegisterInput.Submit(batch));
        }
    }

    /// <param name="refusal">Set when the register gave the whole batch up; see <see cref="RegisterEffect.Refused"/>.</param>
    public void Ended(BatchId batch, ImmutableArray<CommandOutcome> outcomes, string? refusal)
    {
        if (!inFlight.Remove(batch, out var thens))
        {
            return;
        }

        for (var i = 0; i < thens.Length; i++)
        {
            thens[i](refusal is null ? outcomes[i] : new CommandOutcome.Refused(CommandRefusal.Invalid, refusal));
        }
    }
}
