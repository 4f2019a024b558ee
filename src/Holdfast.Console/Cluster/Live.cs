using System.Diagnostics;
using Holdfast.Api;

namespace Holdfast.Console.Cluster;

/// <summary>An answer that says how old it is.</summary>
public interface IAged
{
    /// <summary>Since the last answer was asked for; null: there was none yet.</summary>
    TimeSpan? Age { get; }

    /// <summary>Why the last question was not answered; null: it was.</summary>
    string? Failure { get; }

    /// <summary>The last question got no answer at all, from any agent.</summary>
    bool Silent { get; }

    event Action? Changed;
}

/// <summary>
/// One question of a page, asked again and again while the page is open. What was answered last stays when no answer comes; its age counts from the moment
/// the question was sent, so it is never younger than it says.
/// </summary>
/// <param name="period">From question to question; the next one waits until the last one has ended.</param>
public sealed class Live<T>(Agents agents, Func<HoldfastClient, CancellationToken, Task<T>> question, TimeSpan period) : IAged, IDisposable
    where T : class
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource end = new();
    private CancellationTokenSource hurry = new();
    private long seenAt;

    public T? Value { get; private set; }

    public string? Failure { get; private set; }

    public bool Silent { get; private set; }

    public TimeSpan? Age => Value is null ? null : Stopwatch.GetElapsedTime(seenAt);

    public event Action? Changed;

    public Live<T> Start()
    {
        _ = LoopAsync();
        return this;
    }

    /// <summary>Asks now and not at the next turn: something was ordered.</summary>
    public void Hurry() => hurry.Cancel();

    public void Dispose()
    {
        end.Cancel();
        Changed = null;
    }

    private async Task LoopAsync()
    {
        while (!end.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            await AskAsync(began);
            var rest = period - Stopwatch.GetElapsedTime(began);
            hurry = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            await Task.Delay(rest > Breath ? rest : Breath, hurry.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task AskAsync(long began)
    {
        try
        {
            var value = await agents.AskAsync(question, end.Token);
            if (!end.IsCancellationRequested)
            {
                (Value, seenAt, Failure, Silent) = (value, began, null, false);
            }
        }
        catch (ApiException e)
        {
            // An answer that refuses is an agent's own sentence; what could not be sent or read has a cause below it.
            (Failure, Silent) = (e.Message, e.Code == ErrorCode.Unavailable && e.InnerException is not null);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Changed?.Invoke();
    }
}
