using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands;

internal sealed class ExplainHostCommand : ClusterCommand
{
    private readonly Argument<string> host = new("host") { Description = "Name of the host." };

    public ExplainHostCommand(Context context)
        : base(context, "host", "How a host stands in the cluster, on what evidence, and what was decided about it.") => Add(host);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.ExplainHostAsync(parse.GetRequiredValue(host), cancel), ApiJson.Readable.HostExplanation, why =>
        {
            Terminal.Out.WriteLine(why.Summary);
            foreach (var line in (string[])[.. why.Evidence, .. why.Facts])
            {
                Terminal.Out.WriteLine($"  - {line}");
            }
        });
}
