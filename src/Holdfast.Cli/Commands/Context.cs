using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Cli.Connecting;

namespace Holdfast.Cli.Commands;

/// <summary>What every command has at hand.</summary>
internal sealed record Context(Terminal Terminal, GlobalOptions Options, Connector Connector)
{
    public bool Json(ParseResult parse) => parse.GetValue(Options.Output) == OutputFormat.Json;

    public void Write<T>(T value, JsonTypeInfo<T> type) => Terminal.Out.WriteLine(JsonSerializer.Serialize(value, type));
}
