using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Core.Storage;

/// <summary>What is refused before anything is touched: null, or one sentence that says what to do.</summary>
public static partial class SnapshotRules
{
    /// <summary>Snapshots of one machine.</summary>
    public const int Most = 16;

    /// <summary>Each layer costs every read of what it does not hold, and every start a look at its file.</summary>
    public const int Deepest = 8;

    /// <summary>An older one is pointed out wherever it is listed: the disk has long grown away from it.</summary>
    public static readonly TimeSpan Old = TimeSpan.FromDays(7);

    /// <summary>Small letters, digits and '-', beginning with a letter, at most 40.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    public static string? BadName(string name) => IsName(name) ? null
        : $"'{name}' is not a name for a snapshot; use small letters, digits and '-', beginning with a letter, at most 40.";

    public static string? WhyNotTake(DiskChain chain, string machine, string name) =>
        BadName(name) is { } bad ? bad
        : chain.Active.IsEmpty ? $"{machine} has no disk that could be snapshotted."
        : chain.Active.FirstOrDefault(a => a.Disk.StartsWith('/')) is { } block ? $"{machine} has the block device {block.Disk} as a disk, of which no snapshots are taken here; use the store's own."
        : chain.Find(name) is not null ? $"{machine} has a snapshot '{name}' already; choose another name, or delete it with 'holdfast snapshot delete {machine} {name}'."
        : chain.Snapshots.Length >= Most ? string.Create(CultureInfo.InvariantCulture, $"{machine} has {Most} snapshots, which is the most; delete one with 'holdfast snapshot delete {machine} {chain.Snapshots[0].Name}'.")
        : chain.Depth >= Deepest ? string.Create(CultureInfo.InvariantCulture, $"The disks of {machine} lie {Deepest} files deep, which is the deepest; delete snapshots, stop it, and merge with 'holdfast snapshot compact {machine}'.")
        : null;

    public static string? WhyNotKnown(DiskChain chain, string machine, string name) =>
        chain.Find(name) is { Complete: true } ? null
        : chain.Find(name) is not null ? $"The snapshot '{name}' of {machine} was interrupted and is none; delete it with 'holdfast snapshot delete {machine} {name}'."
        : $"{machine} has no snapshot '{name}'; it has {(chain.Snapshots.IsEmpty ? "none" : string.Join(", ", chain.Snapshots.Select(s => s.Name)))}.";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$")]
    private static partial Regex Name();
}
