namespace Holdfast.Cli.Tests.Calls;

/// <summary>What 'snapshot …' and 'vm create --image' ask of the agent, and what they make of its answers.</summary>
public sealed class SnapshotTests
{
    private const string Report = """
        {"machine":"web","depth":3,"mergeable":1,"snapshots":[
          {"name":"root","takenAt":"2026-01-02T03:04:05Z","running":true,"quiesced":true,"complete":true,"current":false,"old":true},
          {"name":"left","parent":"root","takenAt":"2026-01-02T03:04:06Z","running":false,"quiesced":false,"complete":true,"current":false,"old":false},
          {"name":"right","parent":"root","takenAt":"2026-01-02T03:04:07Z","running":true,"quiesced":false,"complete":false,"current":false,"old":false},
          {"name":"leaf","parent":"left","takenAt":"2026-01-02T03:04:08Z","running":true,"quiesced":false,"complete":true,"current":true,"old":false}],
         "files":[{"file":"disk0.raw","format":"raw","bytes":67108864,"sum":"sha256:aa","active":false},{"file":"disk0.aa.qcow2","format":"qcow2","backing":"disk0.raw","active":true}]FAULT}
        """;

    [Fact]
    public async Task Snapshots_are_listed_as_a_tree_with_what_is_to_be_known_of_each()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms/web/snapshots", Report.Replace("FAULT", "", StringComparison.Ordinal));
        var call = await agent.CallAsync("snapshot", "list", "web");
        Assert.Equal(ExitCode.Done, call.Exit);
        var lines = call.Out.TrimEnd().Split('\n');
        var names = lines.Skip(1).Select(l => l[..lines[0].IndexOf("TAKEN", StringComparison.Ordinal)].TrimEnd());
        Assert.Equal(["root", "├─ left", "│  └─ leaf", "└─ right"], names);
        Assert.Contains("file systems at rest, older than a week", call.Out, StringComparison.Ordinal);
        Assert.Contains("the disks go on from here", call.Out, StringComparison.Ordinal);
        Assert.Contains("interrupted", call.Out, StringComparison.Ordinal);
        Assert.Contains("'holdfast snapshot compact web' merges them", call.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_what_it_was_is_said_and_is_exit_code_3()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/vms/web/snapshots", Report.Replace("FAULT", ",\"fault\":\"/store/disk0.raw is missing.\"", StringComparison.Ordinal));
        foreach (var verb in (string[])["list", "show"])
        {
            var call = await agent.CallAsync("snapshot", verb, "web");
            Assert.Equal(ExitCode.Degraded, call.Exit);
            Assert.Contains("/store/disk0.raw is missing.", call.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_order_goes_to_its_own_place_and_what_loses_something_is_asked_for_twice()
    {
        await using var agent = await FakeAgent.StartAsync();
        const string Done = """{"id":"t1","kind":"snapshot","machine":"web","state":"done","result":{}}""";
        agent.On("POST /v1/vms/web/snapshots", Done, 202).On("POST /v1/vms/web/snapshots/one/revert", Done, 202).On("DELETE /v1/vms/web/snapshots/one", Done, 202).On("POST /v1/vms/web/compact", Done, 202);
        Assert.Equal("The snapshot of web is taken.\n", (await agent.CallAsync("snapshot", "create", "web", "one", "--no-quiesce")).Out);
        Assert.Contains("\"name\":\"one\",\"quiesce\":false", agent.Requests[0], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await agent.CallAsync("snapshot", "revert", "web", "one")).Exit);
        Assert.Single(agent.Requests);
        foreach (var words in (string[][])[["revert", "web", "one", "--yes"], ["delete", "web", "one"], ["compact", "web"]])
        {
            Assert.Equal(ExitCode.Done, (await agent.CallAsync(["snapshot", .. words])).Exit);
        }
    }

    [Fact]
    public async Task A_disk_is_as_large_as_its_image_unless_it_is_said_and_user_data_is_sent_as_text()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/vms", """{"id":"t1","kind":"create","machine":"web","state":"done","result":{}}""", 202);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "#cloud-config\n", TestContext.Current.CancellationToken);
        await agent.CallAsync("vm", "create", "web", "--image", "/images/a.qcow2", "--cloud-init", file);
        await agent.CallAsync("vm", "create", "web", "--image", "/images/a.qcow2", "--disk", "3GiB");
        await agent.CallAsync("vm", "create", "web");
        Assert.Contains("\"diskMiB\":0,\"image\":\"/images/a.qcow2\",\"cloudInit\":\"#cloud-config\\n\"", agent.Requests[0], StringComparison.Ordinal);
        Assert.Contains("\"diskMiB\":3072,", agent.Requests[1], StringComparison.Ordinal);
        Assert.Contains("\"diskMiB\":64,", agent.Requests[2], StringComparison.Ordinal);

        File.Delete(file);
        var missing = await agent.CallAsync("vm", "create", "web", "--image", "/images/a.qcow2", "--cloud-init", file);
        Assert.Equal(ExitCode.Usage, missing.Exit);
        Assert.Contains("cannot be read as user-data for cloud-init", missing.Error, StringComparison.Ordinal);
    }
}
