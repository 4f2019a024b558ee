using System.Text.Json.Serialization;

namespace Holdfast.Console.Cluster;

/// <summary>What the console reads that is no contract of the API.</summary>
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ConsoleJson : JsonSerializerContext;
