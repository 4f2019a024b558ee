using System.CommandLine;

namespace Holdfast.Cli.Commands.Ha;

internal sealed class HaArmCommand(Context context) : HaCommand(context, "arm", "armed", "End 'ha disarm' before its time.")
{
    protected override TimeSpan? Span(ParseResult parse) => null;

    protected override string Reason(ParseResult parse) => parse.GetValue(Why) ?? "the work is done";
}
