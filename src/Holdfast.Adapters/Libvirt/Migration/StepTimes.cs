using System.Collections.Concurrent;
using System.Diagnostics;

namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>
/// When each step of one side of a migration happened, as Stopwatch readings of this host; the first reading of a step counts.
/// Steps of the source: begin, perform, stop, completed, performed, freeze, frozen, confirmed. Of the target: prepare, prepared, completed, finish, finished, cont, resumed.
/// </summary>
public sealed class StepTimes
{
    private readonly ConcurrentDictionary<string, long> _at = new(StringComparer.Ordinal);

    public void Mark(string step) => Mark(step, Stopwatch.GetTimestamp());

    public void Mark(string step, long at) => _at.TryAdd(step, at);

    /// <summary>The reading of a step; null when it has not happened.</summary>
    public long? At(string step) => _at.TryGetValue(step, out var at) ? at : null;

    /// <summary>Time from one step to another; null when one of them is missing.</summary>
    public TimeSpan? Between(string from, string to) => At(from) is { } begin && At(to) is { } end ? TimeSpan.FromSeconds((end - begin) / (double)Stopwatch.Frequency) : null;

    /// <summary>All steps in order, in milliseconds relative to <paramref name="origin"/> (or to the first step when that is missing).</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Since(string origin)
    {
        var steps = _at.ToArray();
        if (steps.Length == 0)
        {
            return [];
        }

        var zero = At(origin) ?? steps.Min(step => step.Value);
        return [.. steps.OrderBy(step => step.Value).Select(step => KeyValuePair.Create(step.Key, (step.Value - zero) * 1000.0 / Stopwatch.Frequency))];
    }
}
