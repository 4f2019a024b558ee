using System.CommandLine;
using Holdfast.Cli.Membership;

namespace Holdfast.Cli.Commands.Membership;

internal sealed class JoinCommand : MembershipCommand
{
    private readonly Argument<string> invitation = new("invitation") { Description = "What 'holdfast invite' has printed: TOKEN@HOST:PORT." };

    public JoinCommand(Context context)
        : base(context, "join", "Make this machine a host of the cluster that invites it.") => Add(invitation);

    protected override async Task RunAsync(ParseResult parse, HostFolder folder, CancellationToken cancel)
    {
        var (token, host, port) = Parsed(parse.GetRequiredValue(invitation));
        if (token.Ends <= DateTimeOffset.UtcNow)
        {
            throw new UsageException($"The token has ended at {token.Ends:yyyy-MM-dd HH:mm:ss} UTC by this machine's clock; make another with 'holdfast invite'.");
        }

        folder.MustBeNew();
        var membership = await Joining.AskAsync(token, host, port, cancel);
        folder.Write(membership);
        Terminal.Out.WriteLine($"This machine is the host {membership.Agent.Host} now. See whether {folder.Configuration} says what it is like (interfaces, bridge, watchdog), and start holdfastd.");
    }

    private static (JoinToken Token, string Host, int Port) Parsed(string text)
    {
        var at = text.LastIndexOf('@');
        if (at > 0 && JoinToken.Parse(text[..at]) is { } token && Uri.TryCreate($"tcp://{text[(at + 1)..]}", UriKind.Absolute, out var place) && place.Host.Length > 0)
        {
            return (token, place.Host, place.Port > 0 ? place.Port : JoinWire.DefaultPort);
        }

        throw new UsageException("That is no invitation; give what 'holdfast invite' has printed, whole: TOKEN@HOST:PORT.");
    }
}
