using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>What 'host drain', 'host resume' and 'vm cancel-migration' make of the agent's answers.</summary>
public sealed class DrainTests
{
    private const string Drained = """{"id":"h2.1","kind":"drain","state":"done","result":{"host":"h2","remaining":[]}}""";

    private const string Stuck = """
        {"id":"h2.1","kind":"drain","state":"done","result":{"host":"h2","remaining":[{"machine":"web","why":"no other host can take it: h1 has no room for 192 MiB (64 MiB are free)","stays":true}]}}
        """;

    private const string Host = """
        {"name":"h2","state":"up","verdict":"connected","drain":"draining","drainedBy":"root: new kernel","machines":["db","web"],
         "remaining":[{"machine":"db","why":"it moves to h1","stays":false},{"machine":"web","why":"no other host can take it","stays":true}]}
        """;

    [Fact]
    public async Task A_drain_that_ends_with_nothing_left_is_done_and_names_the_way_back()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/hosts/h2/drain", Drained, 202);
        var call = await agent.CallAsync("host", "drain", "h2", "--reason", "new kernel");
        Assert.Equal((ExitCode.Done, "h2 is drained: no machine is left there, and it takes none until 'holdfast host resume h2'.\n"), (call.Exit, call.Out));
        Assert.Contains("\"why\":\"new kernel\"", agent.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_that_leaves_machines_says_which_and_why_and_is_exit_code_3_also_for_programs()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/hosts/h2/drain", Stuck, 202);
        var people = await agent.CallAsync("host", "drain", "h2");
        Assert.Equal(ExitCode.Degraded, people.Exit);
        Assert.StartsWith("web is still on h2: no other host can take it: h1 has no room for 192 MiB (64 MiB are free).\n", people.Out, StringComparison.Ordinal);
        var program = await agent.CallAsync("host", "drain", "h2", "-o", "json");
        Assert.Equal(ExitCode.Degraded, program.Exit);
        Assert.Contains("\"machine\": \"web\"", program.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_drain_is_exit_code_1_with_the_agents_sentence()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Refuse("POST /v1/hosts/h2/drain", ErrorCode.Unavailable, "Only h2 can do this, and its agent does not answer.");
        var call = await agent.CallAsync("host", "drain", "h2");
        Assert.Equal((ExitCode.Failed, "Only h2 can do this, and its agent does not answer.\n"), (call.Exit, call.Error));
    }

    [Fact]
    public async Task Resume_tells_that_nothing_moves_back()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/hosts/h2/resume", """{"name":"h2","state":"up","verdict":"connected"}""");
        var call = await agent.CallAsync("host", "resume", "h2");
        Assert.Equal((ExitCode.Done, "h2 takes machines again; none moves back by itself.\n"), (call.Exit, call.Out));
    }

    [Fact]
    public async Task Host_list_and_show_say_how_far_a_drain_has_come()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/hosts", $"[{Host}]").On("GET /v1/hosts/h2", Host);
        Assert.Contains("\nh2    up, draining  connected", (await agent.CallAsync("host", "list")).Out, StringComparison.Ordinal);
        var shown = (await agent.CallAsync("host", "show", "h2")).Out;
        Assert.Matches("draining +by root: new kernel\nleaves +db: it moves to h1\ncannot leave yet +web: no other host can take it\n", shown);
    }

    [Fact]
    public async Task A_cancelled_migration_is_told_in_a_sentence_and_one_that_is_too_late_is_exit_code_1()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/vms/web/cancel-migration", """{"id":"h1.1","kind":"cancel-migration","machine":"web","state":"done","result":{"host":"h1","epoch":9,"migration":{"from":"h1","to":"h2"}}}""", 202);
        var call = await agent.CallAsync("vm", "cancel-migration", "web");
        Assert.Equal((ExitCode.Done, "web stays on h1 and runs there; its migration to h2 was cancelled.\n"), (call.Exit, call.Out));

        agent.On(
            "POST /v1/vms/web/cancel-migration",
            """{"id":"h1.2","kind":"cancel-migration","machine":"web","state":"failed","error":{"error":"it is too late to cancel the migration of web","code":"conflict"}}""", 202);
        Assert.Equal(ExitCode.Failed, (await agent.CallAsync("vm", "cancel-migration", "web")).Exit);
    }
}
