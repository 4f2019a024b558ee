using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Host;

/// <summary>The words that every order about a whole host has: which one, typed twice, and why.</summary>
internal sealed class HostOrder
{
    private readonly Argument<string> host = new("host") { Description = "Name of the host." };
    private readonly Option<string?> yes = new("--yes", "-y") { Description = "Its name once more, instead of typing it when asked; required where nobody can be asked.", HelpName = "HOST" };
    private readonly Option<string?> why = new("--why") { Description = "The reason; it is kept as an event.", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        command.Add(host);
        command.Add(yes);
        command.Add(why);
    }

    public string Name(ParseResult parse) => parse.GetRequiredValue(host);

    public HostOrderRequest Request(ParseResult parse) => new(Environment.UserName, parse.GetValue(why) is { Length: > 0 } text ? text : "by hand, no reason given");

    /// <param name="means">What the order means, for who has to decide: "Fencing h2 switches it off with everything on it".</param>
    /// <param name="undone">"h2 is not fenced."</param>
    public void Confirm(ParseResult parse, Terminal terminal, string means, string undone)
    {
        var name = Name(parse);
        switch (parse.GetValue(yes))
        {
            case null:
                TypedConfirmation.Ask(terminal, name, $"{means}.", $"{means}; say --yes {name} to do it.", undone);
                break;
            case var said when said != name:
                throw new UsageException($"--yes says '{said}' and the host is '{name}': {undone}");
        }
    }
}
