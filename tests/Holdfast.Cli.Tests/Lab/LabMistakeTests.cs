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

    private async Task<string> StateAsync() => (await lab.MustAsync("vm", "list", "-o", "json")).Out;
}
