using Holdfast.Lab.Truth;

namespace Holdfast.Lab.Tests;

public sealed class GuestStoryTests
{
    private static readonly DateTime Early = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly string[] Boots = ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333"];

    [Fact]
    public void A_log_in_which_a_boot_has_just_begun_does_not_bring_back_an_older_one()
    {
        var story = new GuestStory();
        story.Read([Count(0, 7), "holdfast-guest boot\r"], Early.AddSeconds(2));
        story.Read([Count(1, 20)], Early.AddSeconds(1));
        Assert.Equal((Boots[1], 20L), (story.BootId, story.Counter));
    }

    [Fact]
    public void A_host_that_the_machine_left_long_ago_does_not_bring_an_older_boot_back_while_the_next_one_begins()
    {
        var story = new GuestStory();
        story.Read([Count(0, 7)], Early);
        story.Read([Count(1, 20), "holdfast-guest boot\r"], Early.AddSeconds(1));
        Assert.Equal((Boots[1], 20L), (story.BootId, story.Counter));
        story.Read([Count(1, 20), "holdfast-guest boot\r", Count(2, 21)], Early.AddSeconds(2));
        Assert.Equal((Boots[2], 21L), (story.BootId, story.Counter));
    }

    [Fact]
    public void A_panic_is_the_guests_last_word_until_it_boots()
    {
        var story = new GuestStory();
        story.Read([Count(0, 7), "[   31.4] Kernel panic - not syncing: Fatal exception in interrupt\r"], Early);
        Assert.True(story.Panicked);
        story.Read([Count(0, 7), "[   31.4] Kernel panic - not syncing: Fatal exception in interrupt\r", "holdfast-guest boot\r", Count(1, 8)], Early.AddSeconds(1));
        Assert.False(story.Panicked);
    }

    [Fact]
    public void What_the_disk_refused_is_counted_in_all_boots()
    {
        var story = new GuestStory();
        story.Read([Count(0, 7), "holdfast-guest error: the disk cannot be written\r", "holdfast-guest error: the disk cannot be read\r", "holdfast-guest boot\r", Count(1, 8)], Early);
        Assert.Equal(2, story.IoErrors);
    }

    private static string Count(int boot, long counter) => $"holdfast-guest counter={counter} boot={Boots[boot]} gaps=0 foreign=0 disk=11111111\r";
}
