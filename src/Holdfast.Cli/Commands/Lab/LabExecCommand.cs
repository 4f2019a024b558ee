using System.CommandLine;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabExecCommand : LabCommand
{
    private readonly Argument<string> host = new("host") { Description = "Name of the lab's host." };
    private readonly Argument<string[]> command = new("command") { Description = "The command; put '--' before it when it has options.", Arity = ArgumentArity.OneOrMore };

    public LabExecCommand(Context context)
        : base(context, "exec", "Run a command inside a host.")
    {
        Add(host);
        Add(command);
    }

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancel) =>
        LabCluster.Exec(Named(parse), parse.GetRequiredValue(host), parse.GetRequiredValue(command), cancel);
}
