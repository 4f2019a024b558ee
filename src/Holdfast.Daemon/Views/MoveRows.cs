using Holdfast.Api;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Views;

/// <summary>Moves with their stamps as the API says them.</summary>
internal static class MoveRows
{
    public static Migration? Last(HostSnapshot snapshot, Guid machine) =>
        (snapshot.Moves.IsDefault ? null : snapshot.Moves.LastOrDefault(m => m.Machine == machine)) is { } move ? Of(snapshot, move, default) : null;

    public static Migration Of(HostSnapshot snapshot, MoveView move, DateTimeOffset at)
    {
        double? Stamp(string name) => move.Stamps.TryGetValue(name, out var ms) ? Math.Round(ms, 3) : null;
        var (stopped, completed, resumed) = (Stamp("stopped"), Stamp("completed"), Stamp("resumed"));
        return new Migration
        {
            From = HostNames.Of(snapshot, move.Source),
            To = HostNames.Of(snapshot, move.Target),
            Network = move.Network,
            Tries = move.Tries.IsDefault ? [] : [.. move.Tries.Select(t => new MigrationTry(HostNames.Of(snapshot, t.Target), t.Network, t.Why, Math.Round(t.EndedMs, 3)))],
            At = at,
            Outcome = move.State switch { "failed" => "kept", "done" => "moved", _ => "moving" },
            AnnouncedMs = Stamp("announced"),
            BegunMs = Stamp("begun"),
            PreparedMs = Stamp("prepared"),
            StoppedMs = stopped,
            CompletedMs = completed,
            PerformedMs = Stamp("performed"),
            LookedMs = Stamp("looked"),
            TargetCompleteMs = Stamp("targetComplete"),
            CommittedMs = Stamp("committed"),
            ResumedMs = resumed,
            TotalMs = Stamp("ended"),
            CompletedToResumeMs = resumed - completed,
            PauseMs = resumed - stopped,
        };
    }

    /// <summary>What it is at, in a word: "prepared", "try 2: begun".</summary>
    public static string? Step(MoveView move)
    {
        // The failed ones before it; of a move that has failed, the last one is in it.
        var number = (move.Tries.IsDefault ? 0 : move.Tries.Length) - (move is { State: "failed", Tries.IsDefaultOrEmpty: false } ? 1 : 0);
        return move.WaitsFor is { } others ? $"waits: {others}"
            : move.State == "waiting" ? number == 0 ? "waits until it can begin" : $"waits for try {number + 1}"
            : move.Stamps.IsEmpty ? null
            : $"{(number == 0 ? "" : $"try {number + 1}: ")}{move.Stamps.MaxBy(s => s.Value).Key}";
    }

    public static CopyProgress? Progress(MoveView move) => move is { State: "moving", Progress: { } p }
        ? new(MiB(p.Sent), MiB(p.Remaining), MiB(p.Total), MiB(p.Rate), MiB(p.Dirtied), p.Pass, p.SecondsLeft is { } left ? Math.Round(left, 2) : null, p.Throttled)
        : null;

    private static double MiB(double bytes) => Math.Round(bytes / (1 << 20), 2);
}
