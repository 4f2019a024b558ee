using System.Diagnostics;
using System.Globalization;
using Holdfast.Simulation;

namespace Holdfast.Simulation.Tests;

/// <summary>Hash codes of strings, addresses and the like differ from process to process, so two runs in one process would not show that they count.</summary>
public sealed class DeterminismTests
{
    private const string HashFile = "HOLDFAST_HASH_FILE";

    [Fact]
    public async Task The_same_seed_gives_the_same_trace_in_two_processes()
    {
        var hashes = await Task.WhenAll(HashOfAnotherProcess(), HashOfAnotherProcess());
        Assert.Equal(hashes[0], hashes[1]);
        Assert.Equal(Hash(), hashes[0]);
    }

    /// <summary>Does nothing but in the processes that the test above starts.</summary>
    [Fact]
    public void This_process_tells_its_hash_when_it_is_asked_to()
    {
        if (Environment.GetEnvironmentVariable(HashFile) is { } file)
        {
            File.WriteAllText(file, Hash());
        }
    }

    private static string Hash() =>
        string.Join(' ', Enumerable.Range(1, 3).Select(seed => Swarm.Run((ulong)seed, new() { Duration = TimeSpan.FromMinutes(1) }).Hash.ToString("x16", CultureInfo.InvariantCulture)));

    private static async Task<string> HashOfAnotherProcess()
    {
        var file = Path.GetTempFileName();
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-noLogo", "-method", $"*.{nameof(This_process_tells_its_hash_when_it_is_asked_to)}"]) { RedirectStandardOutput = true };
        start.Environment[HashFile] = file;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
        var hash = await File.ReadAllTextAsync(file);
        File.Delete(file);
        return hash;
    }
}
