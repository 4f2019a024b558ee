using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Token;

internal sealed class TokenListCommand(Context context) : ClusterCommand(context, "list", "List the tokens; their secrets are kept nowhere.")
{
    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.TokensAsync(cancel), ApiJson.Readable.AccessTokenArray, tokens =>
        {
            var table = new Table("NAME", "ROLE", "EXPIRES", "CREATED", "BY");
            foreach (var t in tokens)
            {
                table.Row(t.Name, Words.Of(t.Role), t.Expires is { } end ? $"{Day(end)}{(t.Expired ? " (expired)" : "")}" : "never", Day(t.Created), t.By);
            }

            table.Write(Terminal);
        });

    private static string Day(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
