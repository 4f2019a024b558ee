using Holdfast.Console.Language;
using Holdfast.Console.Parts;

namespace Holdfast.Console.Tests.Views;

public sealed class AgeTests
{
    private static readonly Say Say = new();

    [Fact]
    public void Up_to_two_seconds_it_is_live_and_beyond_it_says_how_old_it_is_and_who_has_seen_it()
    {
        var cluster = new FakeCluster();
        Assert.Equal("live, seen by h1", AgeWords.Of(Say, TimeSpan.FromSeconds(2), cluster.Status()));
        Assert.Equal("seen 5 s ago by h1", AgeWords.Of(Say, TimeSpan.FromSeconds(5.2), cluster.Status()));
        cluster.Quorum = false;
        Assert.Equal("seen 5 s ago by h1, who has no quorum", AgeWords.Of(Say, TimeSpan.FromSeconds(5), cluster.Status()));
        Assert.Equal("seen 3 min ago by h1, who has no quorum", AgeWords.Of(Say, TimeSpan.FromSeconds(180), cluster.Status()));
        Assert.Equal("asking …", AgeWords.Of(Say, null, null));
    }
}
