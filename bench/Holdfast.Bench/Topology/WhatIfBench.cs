using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench.Topology;

/// <summary>For each single component of a lab: what 'whatif' says, and what then really happens when it is cut.</summary>
/// <param name="kinds">Of components; empty: all.</param>
internal sealed class WhatIfBench(bool redundant, string[] kinds)
{
    /// <summary>For what was said to come about: on a busy machine a guest takes a minute to boot.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(4);

    /// <summary>Looks in a row that show what was said.</summary>
    private const int Looks = 3;
    /// <summary>Equal, so that which host has the most room is known and no matter of the instant at which each measured.</summary>
    private const int HostMemoryMiB = 2048;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(300);
    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));
    private readonly WhatIfLab lab = new(redundant ? "bench-whatif-two" : "bench-whatif-one");
    private readonly Dictionary<string, (string Component, string Said)> done = [];

    public static WhatIfBench From(string[] args)
    {
        var options = new Options(args, "bench/whatif single|redundant [--kinds switch,host]", "--kinds").AtMost(1);
        return options.Word(0, "the layout") is "single" or "redundant"
            ? new(options.Word(0, "") == "redundant", options.Text("--kinds", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            : throw new BenchException("The layout is single or redundant; usage: bench/whatif single|redundant [--kinds switch,host]", usage: true);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        var wrong = new List<string>();
        try
        {
            await LabCluster.Up(new LabOptions { Name = lab.Name, Hosts = 3, Redundant = redundant, HostMemoryMiB = HostMemoryMiB }, progress, cancel);
            await lab.CreateAsync(cancel);
            var components = (await lab.TopologyAsync(cancel)).Components.Where(c => kinds.Length == 0 || kinds.Contains(c.Kind)).ToList();
            Console.WriteLine($"{"COMPONENT",-32} {"CUT BY",-28} {"PREDICTED",-66} {"AGREES",-8} SEEN");
            foreach (var component in components)
            {
                var (row, agrees) = await OneAsync(component, cancel);
                Console.WriteLine(row);
                wrong.AddRange(agrees ? [] : [component.Id]);
            }

            Console.WriteLine($"{components.Count - wrong.Count} of {components.Count} components end as predicted.");
        }
        finally
        {
            await LabCluster.Down(lab.Name, progress, CancellationToken.None);
        }

        if (wrong.Count > 0)
        {
            throw new BenchException($"{wrong.Count} components did not end as predicted: {string.Join(", ", wrong)}.");
        }
    }

    private async Task<(string Row, bool Agrees)> OneAsync(TopologyComponent component, CancellationToken cancel)
    {
        var before = await lab.WholeAsync(cancel);
        var said = Ending.Predicted(await lab.WhatIfAsync(component.Id, cancel));
        var cut = await lab.CutOfAsync(component, cancel);
        var words = string.Join(' ', cut.Words);
        if (done.TryGetValue(words, out var same) && same.Said == said.ToString())
        {
            return (Row(component, words, said, "yes", $"as {same.Component}"), true);
        }

        var atLeast = await lab.LongestWaitAsync(said, cancel);
        var since = Stopwatch.StartNew();
        await LabCluster.Fault(lab.Name, cut, cancel);
        try
        {
            var (seen, times) = (await lab.SeenAsync(before, cancel), 0);
            for (; times < Looks && since.Elapsed < RunLimit; seen = await lab.SeenAsync(before, cancel))
            {
                times = seen.ToString() == said.ToString() && since.Elapsed > atLeast ? times + 1 : 0;
                await Task.Delay(Step, cancel);
            }

            if (times < Looks)
            {
                return (Row(component, words, said, "NO", seen.ToString()), false);
            }

            done[words] = (component.Id, said.ToString());
            return (Row(component, words, said, "yes", string.Create(CultureInfo.InvariantCulture, $"after {since.Elapsed.TotalSeconds:0} s")), true);
        }
        finally
        {
            await lab.HealAsync();
        }
    }

    private static string Row(TopologyComponent component, string words, Ending said, string agrees, string seen) => $"{component.Id,-32} {words,-28} {said,-66} {agrees,-8} {seen}";
}
