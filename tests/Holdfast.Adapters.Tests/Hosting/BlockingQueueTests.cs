using Holdfast.Runtime.Hosting;

namespace Holdfast.Adapters.Tests.Hosting;

public sealed class BlockingQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void Gives_in_order_what_was_added()
    {
        var queue = new BlockingQueue<int>();
        Assert.True(queue.Add(1));
        Assert.True(queue.Add(2));
        Assert.True(queue.TryTake(TimeSpan.Zero, out var first));
        Assert.True(queue.TryTake(TimeSpan.Zero, out var second));
        Assert.Equal((1, 2), (first, second));
        Assert.False(queue.TryTake(TimeSpan.Zero, out _));
        Assert.False(queue.TryTake(TimeSpan.FromMilliseconds(1), out _));
    }

    [Fact]
    public async Task A_waiting_taker_gets_what_comes_and_ends_with_the_queue()
    {
        var queue = new BlockingQueue<string>();
        var taken = Task.Run(() => queue.TryTake(Long, out var item) ? item : null);
        queue.Add("late");
        Assert.Equal("late", await taken.WaitAsync(Long));

        var ending = Task.Run(() => queue.TryTake(Timeout.InfiniteTimeSpan, out _));
        queue.Close();
        Assert.False(await ending.WaitAsync(Long));
        Assert.False(queue.Add("too late"));
    }

    [Fact]
    public void What_is_there_can_be_taken_after_the_end()
    {
        var queue = new BlockingQueue<int>();
        queue.Add(7);
        queue.Close();
        Assert.True(queue.TryTake(Timeout.InfiniteTimeSpan, out var item));
        Assert.Equal(7, item);
        Assert.False(queue.TryTake(Timeout.InfiniteTimeSpan, out _));
    }
}
