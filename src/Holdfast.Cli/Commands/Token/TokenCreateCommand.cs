using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Token;

internal sealed class TokenCreateCommand : ClusterCommand
{
    private readonly Option<string> name = new("--name") { Description = "Who will use it: small letters, digits, '.', '_', '@' and '-'.", HelpName = "NAME", Required = true };
    private readonly Option<string> role = new("--role")
    {
        Description = "'viewer' reads; 'operator' also starts, stops and moves machines and drains hosts; 'auditor' also reads the audit log; 'admin' may everything.",
        HelpName = "viewer|operator|auditor|admin",
        Required = true,
    };

    private readonly Option<string?> expires = new("--expires") { Description = "How long it is good for: 12h, 30d; without it until it is revoked.", HelpName = "TIME" };

    public TokenCreateCommand(Context context)
        : base(context, "create", "Make a token for the API and print it, once.")
    {
        role.AcceptOnlyFromAmong([.. Enum.GetNames<Role>().Select(r => r.ToLowerInvariant())]);
        Add(name);
        Add(role);
        Add(expires);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var request = new CreateToken(parse.GetRequiredValue(name), Enum.Parse<Role>(parse.GetRequiredValue(role), ignoreCase: true), Life(parse.GetValue(expires))?.TotalSeconds);
        return Show(parse, await client.CreateTokenAsync(request, cancel), ApiJson.Readable.NewToken, made =>
        {
            Terminal.Out.WriteLine(made.Secret);
            Terminal.Error.WriteLine($"This is shown once and kept nowhere; use it as HOLDFAST_TOKEN ({made.Token.Name}, {made.Token.Role.ToString().ToLowerInvariant()}).");
        });
    }

    private static TimeSpan? Life(string? text) => text is null ? null
        : Spans.Of(text) is { } span && span > TimeSpan.Zero ? span
        : throw new UsageException($"'{text}' is no time; give hours or days, like 12h or 30d.");
}
