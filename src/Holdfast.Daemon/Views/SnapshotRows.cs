using Holdfast.Api;
using Holdfast.Core.Storage;

namespace Holdfast.Daemon.Views;

internal static class SnapshotRows
{
    public static SnapshotReport Of(string machine, DiskChain chain, string? fault, DateTimeOffset now) => new()
    {
        Machine = machine,
        Snapshots = [.. chain.Snapshots.Select(s => new SnapshotSummary(s.Name, s.Parent, s.TakenAt, s.Running, s.Quiesced, s.Complete, s.Name == chain.Current, now - s.TakenAt > SnapshotRules.Old))],
        Depth = chain.Depth,
        Mergeable = chain.Mergeable,
        Files = [.. chain.Layers.Select(l => new LayerReport(l.File, l.Format, l.Backing, l.Seal?.Bytes, l.Seal?.Sum, chain.Active.Any(a => a.File == l.File)))],
        Fault = fault,
    };
}
