namespace Holdfast.Adapters.Linux;

/// <summary>
/// File work that may hang in the kernel for ever (a dead NFS or FUSE server), each on a thread of its own with a limit: whoever waits goes on,
/// the thread stays behind until the kernel lets it go.
/// </summary>
public static class BlockingWork
{
    /// <exception cref="TimeoutException">It has not ended within the limit; it may still end, or have its effect, later.</exception>
    public static Task<T> RunAsync<T>(string what, TimeSpan limit, Func<T> work)
    {
        var end = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                end.TrySetResult(work());
            }
            catch (Exception e)
            {
                end.TrySetException(e);
            }
        }) { IsBackground = true, Name = what };
        thread.Start();
        return LimitedAsync(end.Task, what, limit);
    }

    private static async Task<T> LimitedAsync<T>(Task<T> work, string what, TimeSpan limit)
    {
        try
        {
            return await work.WaitAsync(limit);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            throw new TimeoutException($"{what} has not ended within {limit.TotalSeconds:0.#} s; the storage hangs");
        }
    }
}
