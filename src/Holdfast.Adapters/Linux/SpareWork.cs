namespace Holdfast.Adapters.Linux;

/// <summary>Computing that no machine waits for: one piece at a time in this process, on a thread of its own that goes behind all other work of the host.</summary>
public static class SpareWork
{
    private static readonly SemaphoreSlim Turn = new(1);

    /// <param name="work">It asks its token often, and so ends within the limit.</param>
    /// <exception cref="TimeoutException">It has not ended within the limit, its wait for its turn too, and is left.</exception>
    public static async Task<T> RunAsync<T>(string what, TimeSpan limit, Func<CancellationToken, T> work, CancellationToken cancel)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        until.CancelAfter(limit);
        try
        {
            await Turn.WaitAsync(until.Token);
            try
            {
                return await OnItsOwnThread(what, () => work(until.Token));
            }
            finally
            {
                Turn.Release();
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"{what} has not ended within {limit.TotalSeconds:0.#} s");
        }
    }

    private static Task<T> OnItsOwnThread<T>(string what, Func<T> work)
    {
        var end = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Priority.Lower();
            try
            {
                end.TrySetResult(work());
            }
            catch (Exception e)
            {
                end.TrySetException(e);
            }
        }) { IsBackground = true, Name = what }.Start();
        return end.Task;
    }
}
