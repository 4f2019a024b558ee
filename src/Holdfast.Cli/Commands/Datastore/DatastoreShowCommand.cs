using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Datastore;

internal sealed class DatastoreShowCommand : ClusterCommand
{
    private readonly Argument<string> store = new("datastore") { Description = "Name of the datastore." };

    public DatastoreShowCommand(Context context)
        : base(context, "show", "Show one datastore.") => Add(store);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.DatastoreAsync(parse.GetRequiredValue(store), cancel), ApiJson.Readable.Datastore, d => new Table("FIELD", "VALUE")
            .Row("name", d.Name)
            .Row("state", d.Reason is null ? Words.Of(d.State) : $"{Words.Of(d.State)}: {d.Reason}")
            .Row("path", d.Path)
            .Row("profile", d.Profile)
            .Row("area", d.AreaId)
            .Row("drain", Words.Seconds(d.DrainSeconds))
            .Row("table version", $"{d.TableVersion}")
            .Row("renewing hosts", string.Join(", ", d.Hosts))
            .Row("machines", string.Join(", ", d.Machines))
            .Write(Terminal));
}
