using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Adapters.Fencing;

namespace Holdfast.Adapters.Tests.Fencing;

/// <summary>Runs real processes: a fence agent written as a shell script, with its state in files beside it.</summary>
public sealed class FenceAgentRunnerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-fence-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_off_that_the_status_confirms_is_confirmed()
    {
        var runner = Runner("""
            case "$action" in
              off) echo off > "$folder/state-$plug"; echo "Success: Powered OFF";;
              status) [ -f "$folder/state-$plug" ] && { echo "Status: OFF"; exit 2; }; echo "Status: ON";;
            esac
            """);
        Assert.Null(await runner.OffAsync("h2"));
        Assert.True(File.Exists(Path.Combine(folder, "state-h2")));
    }

    [Fact]
    public async Task A_device_that_says_done_but_stays_on_is_not_believed()
    {
        var runner = Runner("""[ "$action" = status ] && echo "Status: ON"; exit 0""", TimeSpan.FromMilliseconds(600));
        Assert.Contains("h2", await runner.OffAsync("h2"));
    }

    [Fact]
    public async Task A_usage_error_of_the_agent_is_not_taken_for_off()
    {
        // fence-agents: EC_BAD_ARGS is 2 as well.
        var runner = Runner("""[ "$action" = status ] && { echo "unknown option" >&2; exit 2; }; exit 0""");
        Assert.Equal($"The fence agent '{Script}' says that h2 is not off (exit code 2: unknown option).", await runner.OffAsync("h2"));
    }

    [Fact]
    public async Task A_failed_off_with_a_status_of_off_is_confirmed_and_without_it_is_refused_with_the_device_s_words()
    {
        Assert.Null(await Runner("""[ "$action" = status ] && { echo "Status: OFF"; exit 2; }; exit 1""").OffAsync("h2"));
        var refusal = await Runner("""echo "no route to PDU" >&2; exit 1""").OffAsync("h2");
        Assert.Equal($"The fence agent '{Script}' could not switch h2 off (exit code 1: no route to PDU), and its status does not say off: no route to PDU.", refusal);
    }

    [Fact]
    public async Task An_agent_that_hangs_is_killed_at_the_limit()
    {
        var since = Stopwatch.GetTimestamp();
        var refusal = await Runner("""echo $$ > "$folder/pid"; exec sleep 60""", TimeSpan.FromMilliseconds(500)).OffAsync("h2");
        Assert.StartsWith($"The fence agent '{Script}' did not confirm within 0.5 s that h2 is off", refusal);
        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "pid")));
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z"), TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task A_missing_agent_ends_as_a_refusal()
    {
        var end = new TaskCompletionSource<string?>();
        Devices("/no/such/agent").Off("h2", 0, end.SetResult);
        var refusal = await end.Task.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.StartsWith("The fence agent of h2 could not be run", refusal);
        Assert.Contains("/no/such/agent", refusal);
    }

    [Fact]
    public async Task A_host_or_a_level_without_a_device_is_refused()
    {
        var end = new TaskCompletionSource<string?>();
        Devices("/bin/true").Off("h2", 1, end.SetResult);
        Assert.Equal("h2 has no fence device of level 1.", await end.Task.WaitAsync(TimeSpan.FromSeconds(5)));
        end = new();
        Devices("/bin/true").Test("h9", 0, end.SetResult);
        Assert.Equal("h9 has no fence device of level 0.", await end.Task.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [Theory]
    [InlineData("""echo "Status: ON" """, null)]
    [InlineData("""echo "Status: OFF"; exit 2""", null)]
    [InlineData("""echo "unknown option" >&2; exit 2""", "(exit code 2: unknown option)")]
    [InlineData("""echo "no route to PDU" >&2; exit 1""", "(exit code 1: no route to PDU)")]
    [InlineData("""echo "OK" """, "(exit code 0: OK)")]
    public async Task A_test_asks_for_the_status_only_and_believes_only_on_or_off(string answer, string? said)
    {
        var failure = await Runner("echo $action >> \"$folder/asked\"\n" + answer).TestAsync("h2");
        Assert.Equal("status\n", await File.ReadAllTextAsync(Path.Combine(folder, "asked")));
        Assert.Equal(said is null, failure is null);
        Assert.Contains(said ?? "", failure ?? "");
    }

    [Fact]
    public void The_options_name_the_host()
    {
        Assert.Equal("action=off\nfolder=x\nplug=h2\nnodename=h2\n", new FenceAgentRunner(new("a", Options().Add("folder", "x"), default)).Input("h2", "off"));
        Assert.Equal("action=off\nport=bmc-h2\nnodename=h2\n", new FenceAgentRunner(new("a", Options().Add("port", "bmc-{host}"), default)).Input("h2", "off"));
    }

    private static FenceDevices Devices(string agent) =>
        new(new Dictionary<string, ImmutableArray<FenceOptions>> { ["h2"] = [new FenceOptions(agent, Options(), TimeSpan.FromSeconds(1))] });

    private string Script => Path.Combine(folder, "fence_script");

    private static ImmutableSortedDictionary<string, string> Options() => ImmutableSortedDictionary<string, string>.Empty;

    private FenceAgentRunner Runner(string body, TimeSpan? limit = null)
    {
        File.WriteAllText(Script, "#!/bin/sh\nwhile IFS='=' read -r k v; do case \"$k\" in action|plug|folder) eval \"$k=\\$v\";; esac; done\n" + body + "\n");
        File.SetUnixFileMode(Script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new FenceAgentRunner(new FenceOptions(Script, Options().Add("folder", folder), limit ?? TimeSpan.FromSeconds(10)));
    }
}
