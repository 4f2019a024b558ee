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
            At = at,
            Outcome = move.State switch { "failed" => "kept", "moving" => "moving", _ => "moved" },
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
}
