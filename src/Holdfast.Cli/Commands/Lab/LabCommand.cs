using System.CommandLine;

namespace Holdfast.Cli.Commands.Lab;

/// <summary>A command about a lab itself; it needs no agent.</summary>
internal abstract class LabCommand : Command
{
    protected LabCommand(Context context, string name, string description)
        : base(name, description)
    {
        Context = context;
        Add(LabName);
        SetAction(RunAsync);
    }

    protected Context Context { get; }

    protected Terminal Terminal => Context.Terminal;

    protected Option<string?> LabName { get; } = new("--name") { Description = "Name of the lab (default: the running one, else 'lab').", HelpName = "NAME" };

    protected string Named(ParseResult parse) => Context.Connector.LabName(parse, parse.GetValue(LabName));

    protected abstract Task<int> RunAsync(ParseResult parse, CancellationToken cancel);
}
