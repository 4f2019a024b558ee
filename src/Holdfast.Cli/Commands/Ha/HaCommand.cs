using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Ha;

/// <summary>What disarm and arm have in common: every host is told, and one that could not be told is named.</summary>
internal abstract class HaCommand : ClusterCommand
{
    private readonly string done;

    protected HaCommand(Context context, string name, string done, string description)
        : base(context, name, description)
    {
        this.done = done;
        Add(Why);
    }

    protected Option<string?> Why { get; } = new("--why") { Description = "The reason; it is kept as an event.", HelpName = "TEXT" };

    /// <summary>How long to disarm for; null: arm.</summary>
    protected abstract TimeSpan? Span(ParseResult parse);

    /// <summary>The reason where none was given.</summary>
    protected abstract string Reason(ParseResult parse);

    protected sealed override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var report = await client.HighAvailabilityAsync(new(Span(parse)?.TotalSeconds, Environment.UserName, Reason(parse)), cancel);
        Show(parse, report, ApiJson.Readable.HighAvailabilityReport, r => Terminal.Out.WriteLine($"{string.Join(", ", r.Done)}: {done}."));
        return report.Missed is [] ? ExitCode.Done
            : throw new ApiException(ErrorCode.Unavailable, $"{string.Join(", ", report.Missed)} did not answer and must be told again: 'holdfast ha {Name} --host HOST --local'.");
    }
}
