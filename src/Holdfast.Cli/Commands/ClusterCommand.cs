using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;

namespace Holdfast.Cli.Commands;

/// <summary>A command that asks an agent.</summary>
internal abstract class ClusterCommand : Command
{
    protected ClusterCommand(Context context, string name, string description)
        : base(name, description)
    {
        Context = context;
        SetAction(async (parse, cancel) =>
        {
            using var client = context.Connector.Connect(parse);
            return await RunAsync(parse, client, cancel);
        });
    }

    protected Context Context { get; }

    protected Terminal Terminal => Context.Terminal;

    protected abstract Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel);

    /// <summary>Shows an answer as JSON or to people.</summary>
    protected int Show<T>(ParseResult parse, T value, JsonTypeInfo<T> type, Action<T> toPeople)
    {
        if (Context.Json(parse))
        {
            Context.Write(value, type);
        }
        else
        {
            toPeople(value);
        }

        return ExitCode.Done;
    }
}
