using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Host;

/// <summary>The words of 'drain' and 'resume': which host, and why.</summary>
internal sealed class DrainOrder
{
    private readonly Argument<string> host = new("host") { Description = "Name of the host." };
    private readonly Option<string?> reason = new("--reason") { Description = "The reason; it is shown as long as the host is drained, and kept as an event.", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        command.Add(host);
        command.Add(reason);
    }

    public string Name(ParseResult parse) => parse.GetRequiredValue(host);

    public HostOrderRequest Request(ParseResult parse) => new(Environment.UserName, parse.GetValue(reason) is { Length: > 0 } text ? text : "no reason given");
}
