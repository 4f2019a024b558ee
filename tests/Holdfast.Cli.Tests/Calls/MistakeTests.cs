using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

public sealed class MistakeTests
{
    [Theory]
    [InlineData("vm create Web", "'Web' is not a name for a machine")]
    [InlineData("vm create 9lives", "'9lives' is not a name")]
    [InlineData("vm create web --memory 12potatoes", "'12potatoes' is not a size")]
    [InlineData("vm create web --memory 0MiB", "'0MiB' is not a size")]
    [InlineData("vm create web --disk -5GiB", "'-5GiB' is not a size")]
    [InlineData("vm create web --disk 99999999TiB", "is not a size")]
    [InlineData("vm create web --cpus none", "'none' is no value for --cpus")]
    [InlineData("vm create web --ip 10.1.2.300", "'10.1.2.300' is no address for a machine")]
    [InlineData("vm set web --ip 10.1.2.3 --ip ten", "'ten' is no address for a machine")]
    [InlineData("vm set web", "give --ip A.B.C.D, --remove-ip A.B.C.D, --on-hung ignore|restart, --apart-group GROUP")]
    [InlineData("vm set web --apart-group Web", "'Web' is not a name for a group")]
    [InlineData("vm set web --apart-group db --no-apart-group", "say the opposite of each other")]
    [InlineData("vm set web --on-hung reboot", "'reboot'", true)]
    [InlineData("vm list -o xml", "'xml' is no output format")]
    [InlineData("vm explode", "explode")]
    [InlineData("vm show", "holdfast vm show --help")]
    [InlineData("vm migrate web h1 --to h2", "Two targets")]
    [InlineData("datastore add data relative/path --drain 4", "absolute path")]
    [InlineData("datastore add data /srv --drain soon", "'soon' is no drain")]
    [InlineData("vm delete web", "--yes")]
    [InlineData("host fence h2", "say --yes h2 to do it")]
    [InlineData("host fence h2 --yes h3", "--yes says 'h3' and the host is 'h2': h2 is not fenced")]
    [InlineData("host confirm-dead h2", "say --yes h2 to do it")]
    [InlineData("host confirm-dead h2 --yes h1", "h2 is not confirmed dead")]
    [InlineData("ha disarm --for soon --why switch", "'soon' is no time")]
    [InlineData("ha disarm --for 48h --why switch", "'48h' is no time")]
    [InlineData("ha disarm --for 30m", "--why")]
    [InlineData("ha disarm", "--for")]
    [InlineData("lab up --name Lab", "'Lab' is not a name for a lab")]
    [InlineData("whatif", "--down")]
    [InlineData("whatif --down ,", "--down names nothing")]
    [InlineData("drill run earthquake", "No drill is named 'earthquake'")]
    [InlineData("lab fault crush h1", "'crush h1' is not a fault", true)]
    public async Task A_wrong_call_is_one_sentence_with_exit_code_2_and_asks_nobody(string words, string sentence, bool severalLines = false)
    {
        await using var agent = await FakeAgent.StartAsync();
        var call = await agent.CallAsync(words.Split(' '));
        Assert.Equal(ExitCode.Usage, call.Exit);
        Assert.Contains(sentence, call.Error, StringComparison.Ordinal);
        Assert.Empty(agent.Requests);
        if (!severalLines)
        {
            call.IsOneSentence(ExitCode.Usage);
        }
    }

    [Theory]
    [InlineData(ErrorCode.NotFound, 1)]
    [InlineData(ErrorCode.Conflict, 1)]
    [InlineData(ErrorCode.NoRoom, 1)]
    [InlineData(ErrorCode.NoQuorum, 1)]
    [InlineData(ErrorCode.Unavailable, 1)]
    [InlineData(ErrorCode.Failed, 1)]
    [InlineData(ErrorCode.Usage, 2)]
    public async Task A_refusal_of_the_agent_is_shown_as_it_is(ErrorCode code, int exit)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Refuse("POST /v1/vms", code, "There is already a machine 'web'; choose another name.");
        (await agent.CallAsync("vm", "create", "web")).IsOneSentence(exit, "There is already a machine 'web'; choose another name.");
    }

    [Fact]
    public async Task A_task_that_fails_is_the_call_s_failure()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/vms/web/start", """{"id":"t1","kind":"start","machine":"web","state":"running"}""", 202)
            .On("GET /v1/tasks/t1", """{"id":"t1","kind":"start","machine":"web","state":"failed","error":{"error":"No host has 192 MiB free.","code":"noRoom"}}""");
        var call = await agent.CallAsync("vm", "start", "web");
        Assert.Equal(ExitCode.Failed, call.Exit);
        Assert.Contains("No host has 192 MiB free.", call.Error, StringComparison.Ordinal);
        Assert.Equal("", call.Out);
    }

    [Fact]
    public async Task An_agent_that_does_not_run_is_one_sentence()
    {
        var call = await Call.RunAsync(["vm", "list", "--socket", "/nowhere/holdfastd.sock"]);
        call.IsOneSentence(ExitCode.Failed, "No agent answers at /nowhere/holdfastd.sock");
    }

    [Fact]
    public async Task An_agent_of_another_version_is_one_sentence()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms", "[{\"unexpected\":true}]");
        (await agent.CallAsync("vm", "list")).IsOneSentence(ExitCode.Failed, "versions may differ");
        (await agent.CallAsync("timers")).IsOneSentence(ExitCode.Failed, "418");
    }
}
