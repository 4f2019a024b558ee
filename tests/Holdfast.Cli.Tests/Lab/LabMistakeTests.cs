using Holdfast.Api;
using Holdfast.Core.Leases;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Deliberate mistakes against a real cluster: one sentence, exit code 1 or 2, and nothing is changed.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class LabMistakeTests(RunningLab lab)
{
    [Fact]
    public async Task Mistakes_give_one_sentence_and_change_nothing()
    {
        await lab.FreshAsync();
        await lab.MustAsync("vm", "create", "only");
        var before = await StateAsync();
        (string Words, int Exit, string Part)[] mistakes =
        [
            ("vm create other --start --on h9", 1, "h9"),
            ("vm start only --on h9", 1, "h9"),
            ("vm create only", 1, "only"),
            ("vm create other --memory 9TiB --start", 1, "room"),
            ("vm create other --datastore nowhere", 1, "nowhere"),
            ("vm create other --memory 12potatoes", 2, "12potatoes"),
            ("vm create Other", 2, "Other"),
            ("vm show nobody", 1, "nobody"),
            ("vm migrate only h2", 1, "only"),
            ("host show h9", 1, "h9"),
            ("datastore show nowhere", 1, "nowhere"),
            ("vm list --host h9", 1, "h9"),
        ];
        foreach (var (words, exit, part) in mistakes)
        {
            var call = await lab.CallAsync(words.Split(' '));
            var text = $"'holdfast {words}' → {call.Exit}: {call.Out}{call.Error}";
            Assert.True(call.Exit == exit, text);
            Assert.True(call.Out.Length == 0, text);
            Assert.True(call.Error.Contains(part, StringComparison.Ordinal), text);
            // Steps of a task that was accepted and then refused may come before; the last line is the sentence.
            Assert.True(call.Error.TrimEnd().EndsWith('.'), text);
        }

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task An_agent_that_does_not_run_is_named_with_the_way_out()
    {
        await lab.FreshAsync();
        await LabCluster.Fault(RunningLab.Name, new LabFault.Crash("h3"), CancellationToken.None);
        var call = await lab.CallAsync("vm", "list", "--host", "h3");
        call.IsOneSentence(ExitCode.Failed, "h3");
    }

    [Theory]
    [InlineData("corrupt", "damaged")]
    [InlineData("foreign", "belongs to the cluster")]
    [InlineData("old", "older")]
    public async Task A_lease_area_that_is_corrupt_foreign_or_old_is_refused_and_left_as_it_is(string what, string part)
    {
        await lab.FreshAsync();
        var host = LabCluster.Status(RunningLab.Name).Hosts[0];
        var path = $"/holdfast/shared/{what}";
        var folder = $"/proc/{host.Pid}/root{path}/{AreaLayout.Folder}";
        var block = Header(what);
        Directory.CreateDirectory(folder);
        try
        {
            await File.WriteAllBytesAsync($"{folder}/{AreaLayout.HeaderFile}", block);
            var stores = (await lab.MustAsync("datastore", "list", "-o", "json")).Out;
            var call = await lab.CallAsync("datastore", "add", what, path, "--drain", "4");
            Assert.True(call is { Exit: ExitCode.Failed, Out: "" } && call.Error.Contains(part, StringComparison.Ordinal), $"{call.Exit}: {call.Out}{call.Error}");
            Assert.Equal(block, await File.ReadAllBytesAsync($"{folder}/{AreaLayout.HeaderFile}"));
            Assert.Single(RunningLab.Parse(await lab.MustAsync("datastore", "list", "-o", "json"), ApiJson.Default.DatastoreArray));
            Assert.Contains("shared", stores, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);
        }
    }

    /// <summary>The header block of an area with one thing wrong.</summary>
    private static byte[] Header(string what)
    {
        var block = new AreaHeader(new AreaIdentity(new AreaId(Guid.NewGuid()), new ClusterId(Guid.NewGuid())), Slot.Count, 0).Encode();
        switch (what)
        {
            case "corrupt":
                block[50] ^= 0x10;
                break;
            case "old":
                block[4] = 0;
                break;
        }

        return block;
    }

    private async Task<string> StateAsync() => (await lab.MustAsync("vm", "list", "-o", "json")).Out;
}
