using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmListCommand(Context context) : ClusterCommand(context, "list", "List the cluster's machines.")
{
    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.MachinesAsync(cancel), ApiJson.Readable.MachineSummaryArray, machines =>
        {
            var table = new Table("NAME", "STATE", "HOST", "MEMORY", "CPUS", "PRIORITY", "EPOCH", "REASON");
            foreach (var m in machines.OrderBy(m => m.Name, StringComparer.Ordinal))
            {
                table.Row(m.Name, Words.Of(m.State), m.Host, Words.Size(m.MemoryMiB), $"{m.Cpus}", $"{m.Priority}", $"{m.Epoch}", m.Reason);
            }

            table.Write(Terminal);
        });
}
