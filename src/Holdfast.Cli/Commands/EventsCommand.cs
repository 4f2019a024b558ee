using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Commands;

internal sealed class EventsCommand : ClusterCommand
{
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "Go on with what happens from now on." };
    private readonly Option<long> after = new("--after") { Description = "Only events after this number (each host counts its own).", HelpName = "N" };

    public EventsCommand(Context context)
        : base(context, "events", "What has happened; with -o json one JSON object a line.")
    {
        Add(follow);
        Add(after);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var json = Context.Json(parse);
        await foreach (var e in client.EventsAsync(parse.GetValue(after), parse.GetValue(follow), cancel))
        {
            await Terminal.Out.WriteLineAsync(json
                ? JsonSerializer.Serialize(e, ApiJson.Default.ClusterEvent)
                : string.Create(CultureInfo.InvariantCulture, $"{e.At.ToLocalTime():HH:mm:ss.fff}  {e.Host,-8}  {e.Kind,-22}  {e.Text}"));
            await Terminal.Out.FlushAsync(cancel);
        }

        return ExitCode.Done;
    }
}
