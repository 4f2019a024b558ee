using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Audit;

internal sealed class AuditLogCommand : ClusterCommand
{
    private readonly Option<int> limit = new("--limit") { Description = "So many of the newest (default 200).", HelpName = "N", DefaultValueFactory = _ => 200 };
    private readonly Option<string?> since = new("--since") { Description = "Not older than this: 30m, 12h, 7d.", HelpName = "TIME" };

    public AuditLogCommand(Context context)
        : base(context, "log", "Who did what, when, and what came of it.")
    {
        Add(limit);
        Add(since);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var from = parse.GetValue(since) is not { } text ? (DateTimeOffset?)null
            : Spans.Of(text) is { } span ? DateTimeOffset.UtcNow - span
            : throw new UsageException($"'{text}' is no time; give minutes, hours or days, like 30m, 12h or 7d.");
        return Show(parse, await client.AuditLogAsync(parse.GetValue(limit), from, cancel), ApiJson.Readable.AuditReport, Write);
    }

    private void Write(AuditReport report)
    {
        foreach (var r in report.Records)
        {
            Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{r.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {r.Host,-8}  {Who(r),-16}  {r.Outcome,-8}  {r.What}{(r.Detail is null ? "" : $" ({r.Detail})")}{(r.Why is null ? "" : $": {r.Why}")}"));
        }

        if (report.Silent.Length > 0)
        {
            Terminal.Error.WriteLine($"What {string.Join(", ", report.Silent)} wrote down is missing: no answer.");
        }
    }

    private static string Who(AuditRecord r) => r.Via is { } via && via != r.Who ? $"{r.Who} via {via}" : r.Who;
}
