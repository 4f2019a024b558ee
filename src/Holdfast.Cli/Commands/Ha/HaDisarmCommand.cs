using System.CommandLine;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Ha;

internal sealed class HaDisarmCommand : HaCommand
{
    private readonly Option<string> time = new("--for") { Description = "How long: 30m, 2h (1m to 24h); then every host arms itself.", HelpName = "TIME", Required = true };

    public HaDisarmCommand(Context context)
        : base(context, "disarm", "disarmed; what runs is kept, nothing is taken and nobody is fenced", "For planned work on the network: keep what runs, take nothing, fence nobody.") => Add(time);

    protected override TimeSpan? Span(ParseResult parse) => Parsed(parse.GetRequiredValue(time));

    protected override string Reason(ParseResult parse) => parse.GetValue(Why) is { Length: > 0 } why
        ? why
        : throw new UsageException("Disarming is kept as an event with its reason; give one with --why TEXT.");

    private static TimeSpan Parsed(string text) => Spans.Of(text) is { } span && span >= TimeSpan.FromMinutes(1) && span <= TimeSpan.FromHours(24)
        ? span
        : throw new UsageException($"'{text}' is no time to be disarmed for; give minutes or hours from 1m to 24h, like 30m.");
}
