using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Tests.Libvirt;

/// <summary>Waits for events without polling: ask for the next one of a kind before you cause it.</summary>
internal sealed class QmpEvents
{
    private readonly Lock _gate = new();
    private readonly List<(QmpEventKind Kind, TaskCompletionSource<QmpEvent> Seen)> _waiting = [];

    internal void Add(QmpEvent happened)
    {
        lock (_gate)
        {
            foreach (var (_, seen) in _waiting.Where(one => one.Kind == happened.Kind))
            {
                seen.TrySetResult(happened);
            }

            _waiting.RemoveAll(one => one.Kind == happened.Kind);
        }
    }

    internal Task<QmpEvent> Next(QmpEventKind kind)
    {
        var seen = new TaskCompletionSource<QmpEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add((kind, seen));
        }

        return seen.Task;
    }
}
