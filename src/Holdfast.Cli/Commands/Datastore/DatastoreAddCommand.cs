using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Datastore;

internal sealed class DatastoreAddCommand : TaskCommand
{
    private readonly Argument<string> store = Inputs.NewName("datastore");
    private readonly Argument<string> path = new("path") { Description = "Its directory, mounted at the same place on every host." };
    private readonly Option<string> drain = new("--drain")
    {
        Description = "Seconds after which the store's server refuses what a silent client still holds, or 'infinite' when it never does.",
        HelpName = "SECONDS",
        Required = true,
    };

    private readonly Option<string?> failover = new("--failover")
    {
        Description = "Seconds for which the store answers nothing while it fails over; refused where machines are paused sooner.",
        HelpName = "SECONDS",
    };

    public DatastoreAddCommand(Context context)
        : base(context, "add", "Add a datastore and format its lease area.")
    {
        Add(store);
        Add(path);
        Add(drain);
        Add(failover);
    }

    protected override string Title(ParseResult parse) => $"add {parse.GetValue(store)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var where = parse.GetRequiredValue(path);
        return where.StartsWith('/')
            ? client.AddDatastoreAsync(new AddDatastore(parse.GetRequiredValue(store), where, Drain(parse.GetRequiredValue(drain)), Failover(parse.GetValue(failover))), cancel)
            : throw new UsageException($"'{where}' is not an absolute path; a datastore is mounted at the same place on every host.");
    }

    protected override string Done(TaskReport task) => "The datastore is added.";

    private static double? Failover(string? text) => text is null ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw new UsageException($"'{text}' is no fail-over; give seconds, as in --failover 3.");

    private static double? Drain(string text) => text == "infinite"
        ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : throw new UsageException($"'{text}' is no drain; give seconds, or 'infinite' when the server never refuses a silent client's writes.");
}
