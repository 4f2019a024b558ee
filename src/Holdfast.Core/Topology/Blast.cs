using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>What the failure of one component, or of two at once, costs: machines that are worse off than before, by what becomes of them.</summary>
/// <param name="Lost">Paused, pending or unreachable.</param>
/// <param name="LackRoom">Of these, those that wait only because no host has room.</param>
public sealed record Blast(ImmutableArray<ComponentId> Components, int Lost, int Restarted, int Moved, int RedundancyLost, int LackRoom)
{
    /// <summary>The most machines lost first; then the most restarted, moved, with less to spare; then by name.</summary>
    public static readonly IComparer<Blast> WorstFirst = Comparer<Blast>.Create((one, other) =>
    {
        var order = (other.Lost, other.Restarted, other.Moved, other.RedundancyLost).CompareTo((one.Lost, one.Restarted, one.Moved, one.RedundancyLost));
        for (var c = 0; order == 0 && c < Math.Min(one.Components.Length, other.Components.Length); c++)
        {
            order = one.Components[c].CompareTo(other.Components[c]);
        }

        return order;
    });

    internal static Blast Of(ImmutableArray<ComponentId> components, ImmutableArray<Fate> before, ImmutableArray<Fate> after)
    {
        var (counts, lacking) = (new int[Enum.GetValues<Outcome>().Length], 0);
        for (var m = 0; m < after.Length; m++)
        {
            if (after[m].Outcome > before[m].Outcome)
            {
                counts[(int)after[m].Outcome]++;
                lacking += after[m].LacksRoom ? 1 : 0;
            }
        }

        int Count(Outcome outcome) => counts[(int)outcome];
        return new(components, Count(Outcome.Unreachable) + Count(Outcome.Paused) + Count(Outcome.Pending), Count(Outcome.Restarted), Count(Outcome.Moved), Count(Outcome.RedundancyLost), lacking);
    }

    /// <summary>Of one component in two clusters.</summary>
    internal Blast And(Blast other) => new(
        Components, Lost + other.Lost, Restarted + other.Restarted, Moved + other.Moved, RedundancyLost + other.RedundancyLost, LackRoom + other.LackRoom);
}
