using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Holdfast.Certificates;
using Holdfast.Cli.Membership;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Membership;

internal sealed class InviteCommand : MembershipCommand
{
    private static readonly TimeSpan MostLife = TimeSpan.FromHours(24);
    private readonly Argument<string> host = new("host") { Description = "Name of the host that may join; the configuration names it with its addresses." };
    private readonly Option<string?> authority = new("--dir") { Description = "Directory of the authority with its key (default ca in the configuration's folder).", HelpName = "DIR" };
    private readonly Option<string> expires = new("--expires") { Description = "How long the token is good for (default 15m).", HelpName = "TIME", DefaultValueFactory = _ => "15m" };
    private readonly Option<int> port = Inputs.NumberOption("--port", JoinWire.DefaultPort, 0, 65535, "Port on which the new host is awaited.");

    public InviteCommand(Context context)
        : base(context, "invite", "Let one host join, once: prints what to call there, and waits for it.")
    {
        Add(host);
        Add(authority);
        Add(expires);
        Add(port);
    }

    protected override async Task RunAsync(ParseResult parse, HostFolder folder, CancellationToken cancel)
    {
        var (name, text) = (parse.GetRequiredValue(host), parse.GetRequiredValue(expires));
        var life = Spans.Of(text) is { } span && span > TimeSpan.Zero && span <= MostLife ? span : throw new UsageException($"'{text}' is no time for a token; give minutes or hours up to {MostLife.TotalHours:0}h, like 15m.");
        var configuration = folder.Read();
        var newcomer = Invited(name, configuration, folder);
        var own = configuration["listen"]?.GetValue<string>() is { } listen && IPEndPoint.TryParse(listen, out var place) ? place.Address : throw new UsageException($"{folder.Configuration} has no address to listen on (listen), so no host can come here.");
        using var ca = ClusterAuthority.Open(parse.GetValue(authority) ?? folder.Authority);
        await using var invitation = Open(ca, newcomer, new(own, parse.GetRequiredValue(port)), life);
        Terminal.Out.WriteLine($"holdfast join {invitation.Token}@{invitation.Place}");
        Terminal.Out.Flush();
        Terminal.Error.WriteLine($"Call this on {name} until {invitation.Token.Ends:HH:mm:ss} UTC; it is good for once. Waiting here.");
        await EndAsync(invitation, name, life, cancel);
    }

    private static Newcomer Invited(string name, JsonObject configuration, HostFolder folder)
    {
        var theirs = ClusterPlan.For(name, configuration, folder.Configuration);
        return new(name, ClusterPlan.Addresses(name, configuration), folder.ReadSecret(configuration), ClusterPlan.Text(theirs));
    }

    private Invitation Open(ClusterAuthority ca, Newcomer newcomer, IPEndPoint place, TimeSpan life)
    {
        try
        {
            return new(ca, newcomer, place, life, Terminal.Error.WriteLine);
        }
        catch (SocketException e)
        {
            throw new UsageException($"No host can be awaited at {place}: {e.Message.TrimEnd('.')}; give another --port.");
        }
    }

    private async Task EndAsync(Invitation invitation, string name, TimeSpan life, CancellationToken cancel)
    {
        try
        {
            var from = await invitation.Joined.WaitAsync(life, cancel);
            Terminal.Error.WriteLine($"{name} has joined, from {from}.");
        }
        catch (TimeoutException)
        {
            throw new UsageException($"{name} has not joined, and the token has ended; 'holdfast invite {name}' makes another.");
        }
    }
}
