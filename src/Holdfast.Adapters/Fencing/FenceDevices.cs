using System.Collections.Immutable;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Fencing;

/// <summary>The fence devices of all hosts, in the order in which they are tried. Without any, deaths are proven by the slots alone.</summary>
public sealed class FenceDevices(IReadOnlyDictionary<string, ImmutableArray<FenceOptions>> levels) : IFencePort
{
    private readonly Dictionary<string, ImmutableArray<FenceAgentRunner>> runners = levels.ToDictionary(l => l.Key, l => l.Value.Select(o => new FenceAgentRunner(o)).ToImmutableArray());

    public void Off(string host, int level, Action<string?> done) => Run(host, level, runner => runner.OffAsync(host), done);

    public void Test(string host, int level, Action<string?> done) => Run(host, level, runner => runner.TestAsync(host), done);

    private void Run(string host, int level, Func<FenceAgentRunner, Task<string?>> act, Action<string?> done) => _ = Task.Run(async () =>
    {
        string? refusal;
        try
        {
            refusal = runners.TryGetValue(host, out var known) && level < known.Length ? await act(known[level]) : $"{host} has no fence device of level {level}.";
        }
        catch (Exception e)
        {
            refusal = $"The fence agent of {host} could not be run: {e.Message}";
        }

        done(refusal);
    });
}
