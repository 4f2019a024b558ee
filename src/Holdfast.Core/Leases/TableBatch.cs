using System.Collections.Immutable;

namespace Holdfast.Core.Leases;

/// <summary>Several commands of one host in one commit. Each succeeds or is refused for itself, in order.</summary>
/// <param name="Id">Never used before by this slot.</param>
public sealed record TableBatch(BatchId Id, Slot Author, ImmutableArray<TableCommand> Commands)
{
    /// <summary>The next version of <paramref name="table"/> with this batch applied, and each command's outcome.</summary>
    public (LeaseTable Next, ImmutableArray<CommandOutcome> Outcomes) ApplyTo(LeaseTable table)
    {
        var next = table with { Version = table.Version + 1 };
        var outcomes = ImmutableArray.CreateBuilder<CommandOutcome>(Commands.Length);
        foreach (var command in Commands)
        {
            (next, var outcome) = TableRules.Apply(next, command);
            outcomes.Add(outcome);
        }

        if (next.Host(Author) is { } author)
        {
            next = next.With(author with { LastBatch = Id, LastBatchVersion = next.Version });
        }

        return (next, outcomes.MoveToImmutable());
    }
}
