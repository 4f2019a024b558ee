using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Holdfast.Bench.Balancing;

/// <summary>Debian's hbal as a program: it balances a cluster, and it scores any assignment by its own formula.</summary>
internal sealed partial class Hbal(GanetiCluster cluster) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-hbal-").FullName;

    /// <summary>Balances; at the limit it is interrupted, and what it has decided until then counts.</summary>
    public async Task<(int[] Assignment, int Moves, double Seconds, bool Cut)> BalanceAsync(int limitSeconds, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var (output, code) = await OutputAsync(cluster.Start, cancel, "timeout", "--signal=INT", "--kill-after=20", $"{limitSeconds}", "hbal", "-l", "100000");
        var seconds = watch.Elapsed.TotalSeconds;
        var assignment = cluster.Start.ToArray();
        var steps = Step().Matches(output);
        foreach (Match step in steps)
        {
            assignment[Number(step, 1)] = Number(step, 2);
        }

        return (assignment, steps.Count, seconds, code == 124);
    }

    /// <summary>hbal's score of an assignment: it is asked to improve it in no step.</summary>
    public async Task<double> ScoreAsync(int[] assignment, CancellationToken cancel)
    {
        var (output, _) = await OutputAsync(assignment, cancel, "hbal", "-l", "0");
        return Score().Match(output) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : output.Contains("Cluster is already well balanced", StringComparison.Ordinal) ? 0 : throw new BenchException($"hbal gives no score: {output.Trim()}");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private async Task<(string Output, int Code)> OutputAsync(int[] assignment, CancellationToken cancel, params string[] words)
    {
        var file = Path.Combine(folder, "cluster");
        await File.WriteAllTextAsync(file, cluster.Text(assignment), cancel);
        try
        {
            using var process = Command.Start([.. words, "-t", file]);
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
            await process.WaitForExitAsync(cancel);
            return process.ExitCode is 0 or 124 or 130 ? (await output, process.ExitCode) : throw new BenchException($"hbal ended with {process.ExitCode}: {(await error).Trim()} {(await output).Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("The program 'hbal' is not installed (apt-get install ganeti-htools).");
        }
    }

    [GeneratedRegex(@"^\s*\d+\. i(\d+)\s+n\d+\s*=>\s*n(\d+)\s", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex(@"Initial score: ([0-9.]+)")]
    private static partial Regex Score();
}
