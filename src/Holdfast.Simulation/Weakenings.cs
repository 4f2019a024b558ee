using Holdfast.Core.Leases;

namespace Holdfast.Simulation;

/// <summary>Every protection that can be switched off.</summary>
internal static class Weakenings
{
    public static readonly IReadOnlyList<Weakening> All =
    [
        new("looks-before-freeze-only", "the source of a move is looked at before it is frozen, not after") { LooksBeforeFreezeOnly = true },
        new("acts-on-accepted", "a poll believes an accepted value that nobody has chosen") { Register = RegisterFlaws.ActsOnAccepted },
    ];

    public static Weakening Find(string name) =>
        All.FirstOrDefault(w => w.Name == name) ?? throw new ArgumentException($"There is no weakening '{name}'; there are {string.Join(", ", All.Select(w => w.Name))}.");
}
