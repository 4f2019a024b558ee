using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench.Reassignment;

/// <summary>One instance of the machine reassignment challenge: our engine's answer, its cost by an evaluator of its own, and the time.</summary>
internal sealed class ReassignmentBench(string modelPath, string assignmentPath, int seconds, string output, ulong seed)
{
    /// <summary>Left for reading the last result and writing the file, so that the whole program keeps the limit.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(0.5);

    public static ReassignmentBench From(string[] args)
    {
        var options = new Options(args, "bench/reassignment MODEL ASSIGNMENT --seconds N --out FILE [--seed N]", "--seconds", "--out", "--seed").AtMost(2);
        return new(
            options.Word(0, "the model file"), options.Word(1, "the assignment file"), options.Number("--seconds", 1, 86400), options.Text("--out"), (ulong)options.Number("--seed", 0, int.MaxValue, 1));
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var model = await ChallengeModel.ReadAsync(modelPath, cancel);
        var initial = await model.ReadAssignmentAsync(assignmentPath, cancel);
        var before = ChallengeEvaluator.Cost(model, initial, initial);
        var problem = ChallengeMapping.Problem(model, initial);
        var left = TimeSpan.FromSeconds(seconds) - watch.Elapsed - Reserve;
        if (left <= TimeSpan.Zero)
        {
            throw new BenchException($"Reading the instance took {watch.Elapsed.TotalSeconds:0.0} s; {seconds} s leave no time to search.");
        }

        var threads = Math.Clamp(Environment.ProcessorCount, 1, 2);
        var result = await new Portfolio(problem, threads, left).RunAsync(seed, cancel);
        var cost = ChallengeEvaluator.Cost(model, initial, [.. result.Assignment]);
        Save.Text(output, string.Join(' ', result.Assignment));
        var bound = ChallengeEvaluator.LowerBound(model);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"initial {before}   cost {cost}   lower bound {bound}   {(bound > 0 ? $"gap {(cost - bound) * 100.0 / bound:0.00000} %   " : "")}time {watch.Elapsed.TotalSeconds:0.0} s   {result.Tried / left.TotalSeconds / 1e6:0.0} million trials/s on {threads} threads"));
    }
}
