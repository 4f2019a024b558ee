using Holdfast.Api;

namespace Holdfast.Cli.Commands.Snapshot;

/// <summary>Snapshots in the order of a tree, each with its line's beginning.</summary>
internal static class SnapshotTree
{
    public static IEnumerable<(string Line, SnapshotSummary Snapshot)> Of(IReadOnlyCollection<SnapshotSummary> snapshots) => Under(null, "", snapshots);

    private static IEnumerable<(string Line, SnapshotSummary Snapshot)> Under(string? parent, string indent, IReadOnlyCollection<SnapshotSummary> all)
    {
        var here = all.Where(s => s.Parent == parent || (parent is null && s.Parent is { } lost && all.All(o => o.Name != lost))).ToList();
        for (var n = 0; n < here.Count; n++)
        {
            var last = n == here.Count - 1;
            var branch = parent is null ? "" : last ? "└─ " : "├─ ";
            yield return ($"{indent}{branch}{here[n].Name}", here[n]);
            foreach (var below in Under(here[n].Name, parent is null ? indent : indent + (last ? "   " : "│  "), all))
            {
                yield return below;
            }
        }
    }
}
