using Holdfast.Core.Agent;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Tasks;
using Holdfast.Api;

namespace Holdfast.Daemon.Tests.Events;

public sealed class EventLogTests : IDisposable
{
    private static readonly Guid Web = Guid.NewGuid();
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-events-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Events_have_numbers_that_go_on_after_a_restart()
    {
        await using (var log = Open())
        {
            log.Add(new Decision("claimed", Web, null, "shared", "web is ours"));
            log.Add(new Decision("alarm", null, "h2", null, "h2 is silent"));
            var (events, more) = log.After(1);
            Assert.Equal((2, "alarm", null), (events.Single().Number, events.Single().Kind, events.Single().Machine));
            Assert.False(more.IsCompleted);
            log.Add("etcd", null, "started");
            await more.WaitAsync(TimeSpan.FromSeconds(5));
            Assert.Equal("web", log.About("web").Single().Machine);
        }

        Assert.Equal(3, File.ReadAllLines(Path.Combine(folder, "events.jsonl")).Length);
        await File.AppendAllTextAsync(Path.Combine(folder, "events.jsonl"), "{\"torn");
        await using var again = Open();
        again.Add("etcd", null, "adopted");
        Assert.Equal(4, again.After(0).Events.Single().Number);
    }

    [Fact]
    public async Task The_last_event_of_each_kind_is_found_over_restarts_and_files_and_a_torn_line_is_none()
    {
        var file = Path.Combine(folder, "events.jsonl");
        await using (var log = Open())
        {
            log.Add("moved", "web", "the first");
            log.Add("fenced", null, "h2 is off");
        }

        File.Move(file, file + ".1");
        await using (var log = Open())
        {
            log.Add("moved", "web", "in the newer file");
        }

        await File.AppendAllTextAsync(file, "{\"number\":9,\"kind\":\"fenced\",\"to{\"number\":10,\"kind\":\"fenced\",\"text\":\"behind a torn one\"}\n");
        Assert.Equal(["h2 is off", "in the newer file"], LatestEvents.Read(file + ".1", file + ".none", file).Select(e => e.Text).Order(StringComparer.Ordinal));
        await using var again = Open();
        again.Add("frozen", null, "not written yet, perhaps");
        Assert.Equal(["fenced", "frozen", "moved"], again.Latest().Select(e => e.Kind).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_task_reports_its_steps_and_its_end()
    {
        var board = new TaskBoard("h1");
        var go = new TaskCompletionSource();
        var begun = board.Begin("start", "web", async task =>
        {
            task.Step("wanted");
            task.Step("wanted");
            await go.Task;
            return new TaskResult { Host = "h2" };
        });
        Assert.Equal(("h1", TaskState.Running), (TaskBoard.HostOf(begun.Id), begun.State));
        go.SetResult();
        var ended = await board.FindAsync(begun.Id, TimeSpan.FromSeconds(5), default);
        Assert.Equal((TaskState.Done, "h2", "wanted"), (ended!.State, ended.Result!.Host, Assert.Single(ended.Steps).Name));

        var refused = board.Begin("kill", "web", _ => throw new ApiException(ErrorCode.Conflict, "no"));
        Assert.Equal(new ApiError("no", ErrorCode.Conflict), (await board.FindAsync(refused.Id, TimeSpan.FromSeconds(5), default))!.Error);
        Assert.Null(await board.FindAsync("h1.x.9", default, default));
    }

    private EventLog Open() => new("h1", Path.Combine(folder, "events.jsonl"), id => id == Web ? "web" : null);
}
