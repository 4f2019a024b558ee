using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

public sealed class CommandTests
{
    private const string Machine = """
        {"name":"web","id":"6f9619ff-8b86-d011-b42d-00c04fc964ff","desired":"run","state":"running","host":"h1","epoch":7,"reason":null,
         "priority":100,"memoryMiB":192,"cpus":1,"datastore":"shared"}
        """;

    private const string Done = """{"id":"t1","kind":"create","machine":"web","state":"done","result":{"host":"h1","epoch":7}}""";

    [Fact]
    public async Task Vm_list_is_a_table_for_people_and_an_array_for_programs()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms", $"[{Machine}]");

        var people = await agent.CallAsync("vm", "list");
        Assert.Equal(ExitCode.Done, people.Exit);
        Assert.Equal(
            """
            NAME  STATE    HOST  MEMORY  CPUS  PRIORITY  EPOCH  REASON
            web   running  h1    192MiB  1     100       7      -

            """,
            people.Out);

        var program = await agent.CallAsync("vm", "list", "-o", "json");
        using var json = JsonDocument.Parse(program.Out);
        var only = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(
            ["name", "id", "desired", "state", "host", "epoch", "reason"],
            only.EnumerateObject().Select(p => p.Name).Take(7));
        Assert.Equal("running", only.GetProperty("state").GetString());
        Assert.Equal(7, only.GetProperty("epoch").GetInt32());
        Assert.Equal("", program.Error);
    }

    [Fact]
    public async Task Create_sends_the_sizes_in_MiB_and_follows_the_task_to_a_running_machine()
    {
        await using var agent = await FakeAgent.StartAsync();
        var asked = 0;
        agent.On("POST /v1/vms", """{"id":"t1","kind":"create","machine":"web","state":"running"}""", 202)
            .On("GET /v1/tasks/t1", () => ++asked < 2 ? """{"id":"t1","kind":"create","machine":"web","state":"running","steps":[{"name":"copying the image","atMs":3}]}""" : Done)
            .On("GET /v1/vms/web", Machine);
        var call = await agent.CallAsync("vm", "create", "web", "--memory", "1GiB", "--disk", "64MiB", "--priority", "7", "--on-isolation", "keep", "--start", "--wait");
        Assert.Equal("web is created and runs on h1.\n", call.Out);
        Assert.Equal(ExitCode.Done, call.Exit);
        Assert.Contains("copying the image", call.Error, StringComparison.Ordinal);
        Assert.Contains("\"memoryMiB\":1024,\"cpus\":1,\"diskMiB\":64", agent.Requests[0], StringComparison.Ordinal);
        Assert.All((string[])["\"priority\":7", "\"onIsolation\":\"keep\"", "\"start\":true"], word => Assert.Contains(word, agent.Requests[0], StringComparison.Ordinal));
        Assert.Equal("GET /v1/vms/web", agent.Requests[^1]);
    }

    [Fact]
    public async Task Addresses_are_sent_with_a_creation_set_later_and_shown()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/vms", Done, 202)
            .On("POST /v1/vms/web/set", """{"id":"t1","kind":"set","machine":"web","state":"done","result":{"ips":["10.1.2.4","10.1.2.5"]}}""", 202)
            .On("GET /v1/vms/web", Machine.TrimEnd()[..^1] + ""","mac":"52:54:00:00:00:01","ips":["10.1.2.3","10.1.2.4"]}""");
        Assert.Equal(ExitCode.Done, (await agent.CallAsync("vm", "create", "web", "--ip", "10.1.2.3", "--ip", "10.1.2.4")).Exit);
        Assert.Contains("\"ips\":[\"10.1.2.3\",\"10.1.2.4\"]", agent.Requests[0], StringComparison.Ordinal);
        Assert.Equal("web has the IP addresses 10.1.2.4, 10.1.2.5.\n", (await agent.CallAsync("vm", "set", "web", "--ip", "10.1.2.5", "--remove-ip", "10.1.2.3")).Out);
        Assert.Equal("""POST /v1/vms/web/set {"addIps":["10.1.2.5"],"removeIps":["10.1.2.3"],"onHung":null,"apartGroup":null}""", agent.Requests[1]);
        var shown = (await agent.CallAsync("vm", "show", "web")).Out;
        Assert.Matches("mac +52:54:00:00:00:01\nip +10.1.2.3, 10.1.2.4\n", shown);
    }

    [Fact]
    public async Task What_is_done_about_a_hung_guest_is_sent_with_a_creation_set_later_and_shown()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/vms", Done, 202)
            .On("POST /v1/vms/web/set", """{"id":"t1","kind":"set","machine":"web","state":"done","result":{"onHung":"restart"}}""", 202)
            .On("GET /v1/vms/web", Machine.TrimEnd()[..^1] + ""","onHung":"restart","guest":{"agent":"silent","disk":"still","cpu":"full","silentSeconds":62.4,"hung":true}}""");
        Assert.Equal(ExitCode.Done, (await agent.CallAsync("vm", "create", "web", "--on-hung", "restart")).Exit);
        Assert.Contains("\"onHung\":\"restart\"", agent.Requests[0], StringComparison.Ordinal);
        Assert.Equal("web is started anew on its host when its guest is hung.\n", (await agent.CallAsync("vm", "set", "web", "--on-hung", "restart")).Out);
        Assert.Contains("\"onHung\":\"restart\"", agent.Requests[1], StringComparison.Ordinal);
        Assert.Matches("on hung +restart\nguest +hung: no sign of life for 62 s; guest agent silent, disk still, CPU full\n", (await agent.CallAsync("vm", "show", "web")).Out);
    }

    [Fact]
    public async Task Migrate_prints_the_whole_time_and_the_pause()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On(
            "POST /v1/vms/web/migrate",
            """{"id":"t1","kind":"migrate","machine":"web","state":"done","result":{"host":"h2","migration":{"from":"h1","to":"h2","totalMs":812.34,"pauseMs":190,"completedToResumeMs":17.5}}}""");
        var call = await agent.CallAsync("vm", "migrate", "web", "h2");
        Assert.Equal("web moved from h1 to h2 in 812.3 ms; its guest was paused for 190.0 ms, 17.5 ms of it for the hand-over.\n", call.Out);
        Assert.Equal("""POST /v1/vms/web/migrate {"host":"h2","maxDowntimeMs":null}""", agent.Requests[0]);
    }

    [Fact]
    public async Task Status_with_an_alarm_is_exit_code_3_and_local_asks_this_agent_alone()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/status?local=1", """{"cluster":"lab","host":"h1","ready":true,"quorum":true,"alarms":["No host has room for web."]}""");
        var call = await agent.CallAsync("status", "--local");
        Assert.Equal(ExitCode.Degraded, call.Exit);
        Assert.Contains("! No host has room for web.", call.Out, StringComparison.Ordinal);
    }

    private const string Networks = """
        {"host":"h1","culprits":["h2's cluster cable loses up to 20 %"],"networks":[{"name":"cluster","roles":["cluster"],"directions":[
          {"from":"h1","to":"h2","state":"degraded","lossPercent":20.3,"delayMs":0.312,"spreadMs":0.04},{"from":"h2","to":"h1","state":"lost"}]},
         {"name":"san","roles":["storage","migration"],"directions":[{"from":"h1","to":"h2","state":"ok","lossPercent":0,"delayMs":0.3,"spreadMs":0},{"from":"h2","to":"h1","state":"unknown"}]}]}
        """;

    [Fact]
    public async Task Network_show_names_the_culprit_and_shows_a_row_a_sender_and_a_column_a_listener()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/networks", Networks);
        Assert.Equal(
            """
            Seen by h1, most likely broken: h2's cluster cable loses up to 20 %.

            cluster: FROM  TO h1  TO h2
            h1             -      20.3 % lost, 0.31 ms ±0.04
            h2             down   -

            san (storage, migration): FROM  TO h1    TO h2
            h1                              -        0.30 ms ±0.00
            h2                              unknown  -

            """,
            (await agent.CallAsync("network", "show")).Out);
        using var json = JsonDocument.Parse((await agent.CallAsync("network", "show", "san", "-o", "json")).Out);
        Assert.Equal("san", Assert.Single(json.RootElement.GetProperty("networks").EnumerateArray()).GetProperty("name").GetString());
        (await agent.CallAsync("network", "show", "moon")).IsOneSentence(ExitCode.Failed, "moon", "cluster, san");
    }

    [Fact]
    public async Task Ha_disarm_is_sent_with_its_time_and_reason_and_a_host_that_was_missed_is_exit_code_1()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/ha", """{"done":["h1","h2"],"missed":[]}""");
        var call = await agent.CallAsync("ha", "disarm", "--for", "30m", "--why", "switch");
        Assert.Equal((ExitCode.Done, "h1, h2: disarmed; what runs is kept, nothing is taken and nobody is fenced.\n"), (call.Exit, call.Out));
        Assert.Contains("\"disarmSeconds\":1800", agent.Requests[0], StringComparison.Ordinal);
        Assert.Contains("\"why\":\"switch\"", agent.Requests[0], StringComparison.Ordinal);
        agent.On("POST /v1/ha", """{"done":["h1"],"missed":["h2"]}""");
        var missed = await agent.CallAsync("ha", "arm");
        Assert.Equal(ExitCode.Failed, missed.Exit);
        Assert.Contains("h2 did not answer", missed.Error, StringComparison.Ordinal);
        Assert.Contains("\"disarmSeconds\":null", agent.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_fence_and_confirm_dead_are_sent_with_who_and_why()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/hosts/h2/fence", """{"id":"h1.a.1","kind":"fence","state":"done","result":{"host":"h2"}}""", 202);
        var call = await agent.CallAsync("host", "fence", "h2", "--yes", "h2", "--why", "smoke");
        Assert.Equal((ExitCode.Done, "h2 is off, its fence device confirms it; its machines are taken over.\n"), (call.Exit, call.Out));
        Assert.Contains($"\"who\":\"{Environment.UserName}\"", agent.Requests[0], StringComparison.Ordinal);
        Assert.Contains("\"why\":\"smoke\"", agent.Requests[0], StringComparison.Ordinal);
        agent.On("POST /v1/hosts/h2/confirm-dead", """{"host":"h2","verdict":"dead","row":null,"summary":"h2 is dead.","evidence":[],"facts":[]}""");
        call = await agent.CallAsync("host", "confirm-dead", "h2", "--yes", "h2", "--why", "plug pulled");
        Assert.Equal(ExitCode.Done, call.Exit);
        Assert.Contains("h2 counts as dead", call.Out, StringComparison.Ordinal);
        agent.Refuse("POST /v1/hosts/h2/confirm-dead", ErrorCode.Conflict, "h2 is not dead: it is still heard on network cluster; switch it off first.");
        (await agent.CallAsync("host", "confirm-dead", "h2", "--yes", "h2")).IsOneSentence(ExitCode.Failed, "still heard on network cluster");
    }

    [Fact]
    public async Task Network_show_tells_of_a_pulled_cable_half_a_bond_and_an_MTU_hole()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/networks", """
            {"host":"h1","culprits":[],"networks":[{"name":"san","roles":["storage"],"directions":[{"from":"h1","to":"h2","state":"degraded","lossPercent":0,"holeBytes":9000},{"from":"h2","to":"h1","state":"ok"}],
            "links":[{"host":"h1","carrier":true,"mtu":9000,"bond":{"mode":"active-backup","up":1,"members":2}},{"host":"h2","carrier":false}]}]}
            """);
        var shown = (await agent.CallAsync("network", "show")).Out;
        Assert.Contains("no 9000-byte packets", shown, StringComparison.Ordinal);
        Assert.Contains("h1: 1 of 2 links of the bond (active-backup) carry it", shown, StringComparison.Ordinal);
        Assert.Contains("h2: no carrier", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_show_tells_which_fence_devices_are_proven()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/hosts/h2", """
            {"name":"h2","state":"up","verdict":"connected","fenceDevices":[{"name":"management board","state":"failed","since":"2026-11-28T10:00:00+00:00","reason":"no route"},
            {"name":"power strip","state":"proven","since":"2026-11-28T10:00:00+00:00"}]}
            """);
        var shown = (await agent.CallAsync("host", "show", "h2")).Out;
        Assert.Matches("fence device +management board: failed since 2026-11-28 ..:..: no route", shown);
        Assert.Matches("fence device +power strip: proven since 2026-11-28", shown);
    }

    [Fact]
    public async Task Explain_host_tells_the_verdict_its_evidence_and_what_was_decided()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/hosts/h2/explain", """{"host":"h2","verdict":"isolated","row":7,"summary":"h2 is isolated.","evidence":["h2 reaches nobody."],"facts":["then h2 kept"]}""");
        Assert.Equal("h2 is isolated.\n  - h2 reaches nobody.\n  - then h2 kept\n", (await agent.CallAsync("explain", "host", "h2")).Out);
    }

    [Fact]
    public async Task Events_are_json_lines()
    {
        await using var agent = await FakeAgent.StartAsync();
        const string line = """{"number":4,"at":"2026-11-24T17:00:00+00:00","host":"h1","kind":"host.dead","machine":null,"text":"h2 is dead.","about":"h2"}""";
        agent.On("GET /v1/events?after=3", $"{line}\n{line}\n");
        Assert.Equal($"{line}\n{line}\n", (await agent.CallAsync("events", "--after", "3", "-o", "json")).Out.Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_console_is_passed_on_byte_by_byte()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms/web/console/log", "count 1\r\ncount 2\r\n");
        Assert.Equal("count 1\r\ncount 2\r\n", (await agent.CallAsync("vm", "console", "web")).Out);
    }

    [Fact]
    public async Task Help_of_every_command_works()
    {
        string[] commands =
        [
            "", "vm", "vm list", "vm show", "vm create", "vm set", "vm start", "vm stop", "vm kill", "vm delete", "vm migrate", "vm console", "host list", "host show", "host fence", "host confirm-dead",
            "datastore list", "datastore add", "datastore show", "snapshot create", "snapshot list", "snapshot show", "snapshot revert", "snapshot delete", "snapshot compact", "events", "explain", "timers", "status", "lab up", "lab down", "lab status", "lab fault",
            "lab truth", "lab observe", "lab exec", "demo",
        ];
        foreach (var command in commands)
        {
            var call = await Call.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
            Assert.Equal(ExitCode.Done, call.Exit);
            Assert.Contains("Usage", call.Out, StringComparison.Ordinal);
        }
    }
}
