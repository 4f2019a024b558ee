using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Token;

internal sealed class TokenRevokeCommand : ClusterCommand
{
    private readonly Argument<string> token = new("name") { Description = "Name of the token." };

    public TokenRevokeCommand(Context context)
        : base(context, "revoke", "Refuse a token from now on.") => Add(token);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.RevokeTokenAsync(parse.GetRequiredValue(token), cancel), ApiJson.Readable.AccessToken, t =>
            Terminal.Out.WriteLine($"{t.Name} is revoked; a host without quorum hears of it when it has one again."));
}
