using System.CommandLine;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabFaultCommand : LabCommand
{
    private readonly Argument<string[]> words = new("fault") { Description = $"One of:\n{string.Join('\n', LabFault.Usage)}", Arity = ArgumentArity.OneOrMore };
    private readonly Option<bool> kill = new("--kill") { Description = "With stop-process: SIGKILL instead of SIGSTOP." };

    public LabFaultCommand(Context context)
        : base(context, "fault", "Make a fault, or take one away.")
    {
        Add(words);
        Add(kill);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        string[] all = [.. parse.GetRequiredValue(words), .. parse.GetValue(kill) ? ["--kill"] : Array.Empty<string>()];
        LabFault fault;
        try
        {
            fault = LabFault.Parse(all);
        }
        catch (LabException e)
        {
            throw new UsageException(e.Message);
        }

        await LabCluster.Fault(Named(parse), fault, cancel);
        return ExitCode.Done;
    }
}
