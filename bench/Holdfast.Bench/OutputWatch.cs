using System.Diagnostics;

namespace Holdfast.Bench;

/// <summary>A program that goes on telling, and what of its lines counts.</summary>
internal abstract class OutputWatch<T> : IDisposable
    where T : struct
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly Process process;
    private readonly List<T> seen = [];
    private readonly SemaphoreSlim arrived = new(0);

    protected OutputWatch(params string[] words)
    {
        process = Command.Start(["stdbuf", "-oL", .. words]);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        arrived.Dispose();
    }

    /// <summary>Null: the line is none of those that count.</summary>
    protected abstract T? Parse(string line);

    protected TResult Look<TResult>(Func<List<T>, TResult> at)
    {
        lock (seen)
        {
            return at(seen);
        }
    }

    /// <summary>Looks with every line until something is found.</summary>
    /// <param name="otherwise">The sentence when nothing is within 20 s.</param>
    protected async Task<TResult> UntilAsync<TResult>(Func<List<T>, TResult?> found, string otherwise, CancellationToken cancel)
        where TResult : struct
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        while (true)
        {
            if (Look(found) is { } result)
            {
                return result;
            }

            try
            {
                await arrived.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new BenchException(otherwise);
            }
        }
    }

    private void Take(string? line)
    {
        if (line is null || Parse(line) is not { } one)
        {
            return;
        }

        lock (seen)
        {
            seen.Add(one);
        }

        arrived.Release();
    }
}
