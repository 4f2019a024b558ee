using System.CommandLine;
using Holdfast.Certificates;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Ca;

/// <summary>What 'ca create' and 'ca issue' have in common: they work on files and need no cluster.</summary>
internal abstract class CaCommand : Command
{
    protected CaCommand(Context context, string name, string description)
        : base(name, description)
    {
        Terminal = context.Terminal;
        Add(Place);
        SetAction(parse =>
        {
            Work(parse);
            return ExitCode.Done;
        });
    }

    protected Option<string> Place { get; } = new("--dir")
    {
        Description = "Directory of the authority; its key stays there.", HelpName = "DIR", DefaultValueFactory = _ => "/etc/holdfast/ca",
    };

    protected Terminal Terminal { get; }

    /// <exception cref="CertificateException">Its message is the sentence to show.</exception>
    protected abstract void Work(ParseResult parse);

    protected static string Good(string name, string what) => NameRule.Refusal(name, what) is { } refusal ? throw new UsageException(refusal) : name;
}
