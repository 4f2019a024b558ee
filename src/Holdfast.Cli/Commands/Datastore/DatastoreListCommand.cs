using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Datastore;

internal sealed class DatastoreListCommand(Context context) : ClusterCommand(context, "list", "List the datastores.")
{
    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.DatastoresAsync(cancel), ApiJson.Readable.DatastoreArray, stores =>
        {
            var table = new Table("NAME", "STATE", "PATH", "PROFILE", "DRAIN", "MACHINES", "REASON");
            foreach (var d in stores.OrderBy(d => d.Name, StringComparer.Ordinal))
            {
                table.Row(d.Name, Words.Of(d.State), d.Path, d.Profile, Words.Seconds(d.DrainSeconds), $"{d.Machines.Length}", d.Reason);
            }

            table.Write(Terminal);
        });
}
