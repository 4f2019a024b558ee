using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands;

internal sealed class ExplainCommand : ClusterCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public ExplainCommand(Context context)
        : base(context, "explain", "Why a machine is as it is; 'explain host H' for a host.")
    {
        Add(machine);
        Add(new ExplainHostCommand(context));
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.ExplainAsync(parse.GetRequiredValue(machine), cancel), ApiJson.Readable.Explanation, why =>
        {
            Terminal.Out.WriteLine(why.Summary);
            foreach (var fact in why.Facts)
            {
                Terminal.Out.WriteLine($"  - {fact}");
            }
        });
}
