using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Host;

internal sealed class HostListCommand(Context context) : ClusterCommand(context, "list", "List the cluster's hosts.")
{
    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.HostsAsync(cancel), ApiJson.Readable.HostSummaryArray, hosts => Write(Terminal, hosts));

    public static void Write(Terminal terminal, HostSummary[] hosts)
    {
        var table = new Table("NAME", "STATE", "VERDICT", "NETWORKS", "DATASTORES", "CPU", "MACHINES");
        foreach (var h in hosts.OrderBy(h => h.Name, StringComparer.Ordinal))
        {
            table.Row(h.Name, h.Drain is { } drain ? $"{Words.Of(h.State)}, {Words.Of(drain)}" : Words.Of(h.State), h.Verdict, Words.Links(h.Networks), Words.Links(h.Datastores), Words.Cpus(h.Load), string.Join(", ", h.Machines));
        }

        table.Write(terminal);
    }
}
