using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Topology;

internal sealed class WhatIfCommand : ClusterCommand
{
    private readonly Option<string> down = new("--down")
    {
        Description = "What fails and stays failed, separated by commas ('holdfast topology show' has all).", HelpName = "KIND:NAME,…", Required = true,
    };

    public WhatIfCommand(Context context)
        : base(context, "whatif", "What would become of every machine if these components failed, by the agents' own rules; nothing is touched.") => Add(down);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var words = parse.GetRequiredValue(down).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 0
            ? throw new UsageException("--down names nothing; give one component or several, like --down switch:cluster,host:h2.")
            : Show(parse, await client.WhatIfAsync(words, cancel), ApiJson.Readable.WhatIfReport, Write);
    }

    private void Write(WhatIfReport report)
    {
        Terminal.Out.WriteLine($"Down: {string.Join(", ", report.Down)}. Most hosts find: {report.Verdict}.");
        var hosts = new Table("HOST", "STATE", "VERDICT", "ROW", "DOES");
        foreach (var host in report.Hosts)
        {
            hosts.Row(host.Name, host.State, host.Verdict, host.Row?.ToString(System.Globalization.CultureInfo.InvariantCulture), host.Does);
        }

        hosts.Write(Terminal);
        Terminal.Out.WriteLine();
        var machines = new Table("MACHINE", "OUTCOME", "HOST", "WHY");
        foreach (var machine in report.Machines)
        {
            machines.Row(machine.Name, machine.Outcome, machine.Host, machine.Reason);
        }

        machines.Write(Terminal);
    }
}
