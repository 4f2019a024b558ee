using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>What 'vm migrate --dry-run' and 'vm relocate' make of the agent's answers.</summary>
public sealed class PreflightTests
{
    private const string Begins = """
        {"machine":"web","from":"h1","to":"h2","begins":true,
         "checks":[{"name":"machine","state":"passes","says":"it runs on h1"},{"name":"CPU","state":"unknown","says":"not checked"}],
         "others":[{"host":"h3","possible":false,"says":"h3 is not seen alive"}],
         "estimate":{"converges":true,"totalSeconds":2.1,"pauseMs":80,"passes":2,"memoryMiB":190,"says":"about 2.1 s, of which the guest is paused for about 80 ms"}}
        """;

    private const string Refused = """
        {"machine":"web","from":"h1","to":"h2","begins":false,"refusal":"web cannot be migrated to h2: h2 is not seen alive",
         "checks":[{"name":"host","state":"refuses","says":"h2 is not seen alive"}],"others":[]}
        """;

    [Fact]
    public async Task What_would_begin_is_exit_code_0_with_every_check_and_the_estimate_and_nothing_is_ordered()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms/web/preflight", Begins);
        var call = await agent.CallAsync("vm", "migrate", "web", "h2", "--dry-run");
        Assert.Equal(ExitCode.Done, call.Exit);
        Assert.Equal(
            """
            web from h1 to h2: nothing is moved by this.
            CHECK    RESULT   WHY
            machine  ok       it runs on h1
            CPU      unknown  not checked
            Not to h3: h3 is not seen alive.
            It would begin: about 2.1 s, of which the guest is paused for about 80 ms.

            """, call.Out);
        Assert.Equal(["GET /v1/vms/web/preflight?host=h2"], agent.Requests);
        await agent.CallAsync("vm", "migrate", "web", "--dry-run", "--max-downtime", "900");
        Assert.Equal("GET /v1/vms/web/preflight?maxDowntimeMs=900", agent.Requests[^1]);
    }

    [Fact]
    public async Task What_would_be_refused_is_exit_code_1_with_the_sentence_of_the_order_also_for_programs()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms/web/preflight", Refused);
        var people = await agent.CallAsync("vm", "migrate", "web", "--dry-run");
        Assert.Equal((ExitCode.Failed, "web cannot be migrated to h2: h2 is not seen alive\n"), (people.Exit, people.Error));
        Assert.Contains("host   refuses  h2 is not seen alive", people.Out, StringComparison.Ordinal);
        var program = await agent.CallAsync("vm", "migrate", "web", "--dry-run", "-o", "json");
        Assert.Equal(ExitCode.Failed, program.Exit);
        Assert.Contains("\"begins\": false", program.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relocation_says_where_the_machine_runs_now_and_its_failure_is_exit_code_1()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/vms/web/relocate", """{"id":"h1.1","kind":"relocate","machine":"web","state":"done","result":{"host":"h2","epoch":9}}""", 202);
        var call = await agent.CallAsync("vm", "relocate", "web", "h2", "--timeout", "30");
        Assert.Equal((ExitCode.Done, "web was shut down and runs on h2 now.\n"), (call.Exit, call.Out));
        Assert.Equal(["""POST /v1/vms/web/relocate {"host":"h2","timeoutSeconds":30}"""], agent.Requests);
        agent.Refuse("POST /v1/vms/web/relocate", ErrorCode.Conflict, "web does not run, and a stopped machine has no place; 'holdfast vm start web --on h2' starts it there.");
        Assert.Equal(ExitCode.Failed, (await agent.CallAsync("vm", "relocate", "web", "h2")).Exit);
    }
}
