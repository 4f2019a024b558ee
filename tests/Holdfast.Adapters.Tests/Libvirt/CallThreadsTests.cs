using System.Diagnostics;
using Holdfast.Adapters.Libvirt;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class CallThreadsTests
{
    [Fact]
    public async Task A_call_gives_its_result_or_its_error()
    {
        var threads = new CallThreads();
        Assert.Equal(3, await threads.Run("add", TimeSpan.FromSeconds(5), static () => 1 + 2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.Run<int>("fail", TimeSpan.FromSeconds(5), static () => throw new InvalidOperationException()));
        Assert.Equal(0, threads.Hanging);
    }

    [Fact]
    public async Task A_call_that_hangs_is_reported_counted_and_forgiven_when_it_returns()
    {
        var threads = new CallThreads(maximumHanging: 1);
        using var release = new SemaphoreSlim(0);
        var late = new TaskCompletionSource<string>();
        threads.CallReturnedLate += (what, _) => late.TrySetResult(what);

        var begun = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<LibvirtException>(() => threads.Run("hang", TimeSpan.FromMilliseconds(50), () => { release.Wait(); return 0; }));
        Assert.Equal(LibvirtFailure.TimedOut, failure.Failure);
        Assert.True(failure.OutcomeUnknown);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromMilliseconds(40), TimeSpan.FromSeconds(5));
        Assert.Equal(1, threads.Hanging);

        var refused = await Assert.ThrowsAsync<LibvirtException>(() => threads.Run("next", TimeSpan.FromSeconds(5), static () => 1));
        Assert.Equal(LibvirtFailure.Exhausted, refused.Failure);

        release.Release();
        Assert.Equal("hang", await late.Task.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(0, threads.Hanging);
        Assert.Equal(1, await threads.Run("next", TimeSpan.FromSeconds(5), static () => 1));
    }
}
