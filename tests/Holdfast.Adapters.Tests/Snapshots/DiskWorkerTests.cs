using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Tests.Snapshots;

public sealed class DiskWorkerTests : IDisposable
{
    private readonly DiskFolder f = new();

    public void Dispose() => f.Dispose();

    [Fact]
    public async Task A_stopped_machine_is_put_back_to_what_it_was_and_what_it_wrote_since_is_gone()
    {
        f.Write(1, 0);
        await f.MustAsync(new TakeSnapshot("one", true));
        f.Write(2, 0);
        f.Write(2, 1);
        Assert.Equal([2, 2, 0], f.Read(3));

        await f.MustAsync(new RevertToSnapshot("one"));
        Assert.Equal([1, 0, 0], f.Read(3));
        Assert.Equal(3, f.Files.Length);
        Assert.Contains("has no snapshot 'other'; it has one", await f.DoAsync(new RevertToSnapshot("other")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_machine_goes_over_at_one_instant_while_its_guest_rests_and_is_let_go_on()
    {
        var running = new StoryDisks(f);
        f.Write(1, 0, running.Writes);
        await f.MustAsync(new TakeSnapshot("one", true), running);
        Assert.Equal(["rests", "switched", "goes on"], running.Guest);
        f.Write(2, 0, running.Writes);
        Assert.Equal((true, true, true), (f.Chain.Find("one")!.Running, f.Chain.Find("one")!.Quiesced, f.Chain.Find("one")!.Complete));
        Assert.Equal(running.Writes, f.Start());
        Assert.Equal([2], f.Read(1));
        await f.MustAsync(new RevertToSnapshot("one"));
        Assert.Equal([1], f.Read(1));
    }

    [Fact]
    public async Task A_refused_switch_leaves_nothing_and_the_guest_goes_on()
    {
        var running = new StoryDisks(f) { Switching = () => (new("the store is full", Unknown: false), false) };
        var why = await f.DoAsync(new TakeSnapshot("one", true), running);
        Assert.Equal("no snapshot was taken of web, which runs on as before: the store is full", why);
        Assert.Equal("goes on", running.Guest[^1]);
        Assert.Equal(("disk0.raw", 0), (f.Chain.Active[0].File, f.Chain.Snapshots.Length));
        Assert.Equal(2, f.Files.Length);
    }

    /// <summary>The agent is killed, or libvirt gives no answer, anywhere between the storing of the chain and the end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whether_or_not_it_went_over_nothing_that_it_wrote_is_lost_and_the_next_order_finds_out(bool happened)
    {
        var running = new StoryDisks(f) { Switching = () => (new("no answer", Unknown: true), happened) };
        f.Write(1, 0, running.Writes);
        Assert.Contains("is not known (no answer); it runs on", await f.DoAsync(new TakeSnapshot("one", false), running), StringComparison.Ordinal);
        f.Write(2, 1, running.Writes);

        // Its host dies now, and another one starts it: from the files as the chain names them.
        Assert.Equal([1, 2, 0], f.Read(3, f.Start()));
        Assert.Null(f.Chain.Open);
        Assert.Empty(f.Chain.Snapshots);
        f.Write(3, 2);
        Assert.Equal([1, 2, 3], f.Read(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_it_runs_on_the_next_order_brings_the_interrupted_one_to_its_end(bool happened)
    {
        var running = new StoryDisks(f) { Switching = () => (new("no answer", Unknown: true), happened) };
        await f.DoAsync(new TakeSnapshot("one", false), running);
        f.Write(1, 0, running.Writes);
        running.Switching = () => (null, true);
        var interrupted = f.Chain.Active[0].File;
        await f.MustAsync(new TakeSnapshot("two", false), running);

        // The file that it may still go over to is there for as long as anything could.
        Assert.Contains(interrupted, f.Files);
        f.Write(2, 1, running.Writes);
        Assert.Equal(happened ? ["one", "two"] : ["two"], f.Chain.Snapshots.Select(s => s.Name));
        Assert.Equal([1, 2], f.Read(2, running.Writes));
        Assert.Equal(running.Writes, f.Chain.Active[0]);
    }

    [Fact]
    public async Task One_that_cannot_be_brought_to_an_end_stays_open_and_the_machine_can_be_started_from_either_file()
    {
        var running = new StoryDisks(f) { Switching = () => (new("no answer", Unknown: true), false) };
        await f.DoAsync(new TakeSnapshot("one", false), running);
        Assert.Contains("cannot be brought to an end: no answer; web runs on, and nothing is lost", await f.DoAsync(new TakeSnapshot("two", false), running), StringComparison.Ordinal);
        f.Write(1, 0, running.Writes);
        Assert.Equal([1], f.Read(1, f.Start()));
    }

    [Fact]
    public async Task A_machine_that_writes_to_other_files_than_its_chain_says_is_left_alone()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        var files = f.Files;
        Assert.Contains("writes to other files than its chain says (disk0.raw)", await f.DoAsync(new TakeSnapshot("two", false), new StoryDisks(f)), StringComparison.Ordinal);
        Assert.Equal(files, f.Files);
    }

    [Fact]
    public async Task A_deleted_snapshot_of_a_stopped_machine_is_merged_and_what_the_disk_holds_stays()
    {
        f.Write(1, 0);
        await f.MustAsync(new TakeSnapshot("one", false));
        f.Write(2, 1);
        await f.MustAsync(new TakeSnapshot("two", false));
        f.Write(3, 2);
        await f.MustAsync(new DeleteSnapshot("two"));
        Assert.Equal((2, "disk0.raw"), (f.Chain.Depth, f.Chain.Below(f.Chain.Active[0].File).Last().File));
        Assert.Equal([1, 2, 3], f.Read(3));

        await f.MustAsync(new DeleteSnapshot("one"));
        Assert.Equal((1, ImageFormat.Raw), (f.Chain.Depth, f.Chain.Active[0].Format));
        Assert.Equal([1, 2, 3], f.Read(3));
        Assert.Equal(2, f.Files.Length);
        Assert.Equal([1, 2, 3], f.Read(3, f.Start()));
    }

    [Fact]
    public async Task A_deleted_snapshot_of_a_running_machine_takes_nothing_from_under_it()
    {
        var running = new StoryDisks(f);
        await f.MustAsync(new TakeSnapshot("one", false), running);
        f.Write(1, 0, running.Writes);
        await f.MustAsync(new DeleteSnapshot("one"), running);
        Assert.Equal([1], f.Read(1, running.Writes));
        Assert.Equal((1, 2), (f.Chain.Mergeable, f.Chain.Depth));
        await f.MustAsync(new CompactDisks());
        Assert.Equal([1], f.Read(1));
    }

    [Fact]
    public async Task Branches_keep_what_each_was()
    {
        await f.MustAsync(new TakeSnapshot("root", false));
        f.Write(1, 0);
        await f.MustAsync(new TakeSnapshot("left", false));
        await f.MustAsync(new RevertToSnapshot("root"));
        f.Write(2, 0);
        await f.MustAsync(new TakeSnapshot("right", false));
        await f.MustAsync(new RevertToSnapshot("left"));
        Assert.Equal([1], f.Read(1));
        await f.MustAsync(new RevertToSnapshot("right"));
        Assert.Equal([2], f.Read(1));
        await f.MustAsync(new DeleteSnapshot("left"));
        Assert.Equal([2], f.Read(1));
    }

    [Fact]
    public async Task A_store_without_room_leaves_all_as_it_was()
    {
        // A directory in the place of the new chain cannot be written over, as a full disk cannot.
        f.Write(1, 0);
        Directory.CreateDirectory(Path.Combine(f.Folder, "chain-00000000000000000005-000000.json"));
        Assert.NotNull(await f.DoAsync(new TakeSnapshot("one", false)));
        Directory.Delete(Path.Combine(f.Folder, "chain-00000000000000000005-000000.json"));
        Assert.Equal([1], f.Read(1, f.Start()));
    }

    [Fact]
    public async Task A_host_whose_right_is_older_than_the_chain_changes_nothing()
    {
        await f.MustAsync(new TakeSnapshot("one", false));
        f.Start();
        (f.Epoch, var files) = (3, f.Files);
        Assert.Contains("another host has taken the machine over", await f.DoAsync(new RevertToSnapshot("one")), StringComparison.Ordinal);
        Assert.Equal(files.Where(n => n.StartsWith("chain", StringComparison.Ordinal)), f.Files.Where(n => n.StartsWith("chain", StringComparison.Ordinal)));
        f.Epoch = 9;
        Assert.Equal("disk0.raw", f.Chain.Below(f.Start().File).Last().File);
    }
}
