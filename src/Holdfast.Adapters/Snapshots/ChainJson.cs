using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Snapshots;

/// <summary>A chain as text, indented, because people read it when the cluster is gone; with a sum over all of it, so that a change by hand is seen.</summary>
internal static class ChainText
{
    private const string Sum = "sum";

    public static byte[] Write(DiskChain chain)
    {
        var json = JsonSerializer.SerializeToNode(chain, ChainJson.Default.DiskChain)!.AsObject();
        json[Sum] = SumOf(json);
        return Encoding.UTF8.GetBytes(json.ToJsonString(ChainJson.Default.Options) + "\n");
    }

    /// <exception cref="ChainException">It is not what was written.</exception>
    public static DiskChain Read(ReadOnlySpan<byte> text, string file)
    {
        try
        {
            var json = JsonNode.Parse(text)?.AsObject() ?? throw new JsonException("it is empty");
            var said = json[Sum]?.GetValue<string>();
            json.Remove(Sum);
            return said == SumOf(json) && json.Deserialize(ChainJson.Default.DiskChain) is { Layers.IsDefault: false, Active.IsDefault: false, Snapshots.IsDefault: false } chain ? chain : throw Altered(file);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Altered(file);
        }
    }

    private static ChainException Altered(string file) => new(
        $"{file} was altered or is damaged: its sum does not fit what it says; put the file back as it was from a backup of the datastore, since it says which files the machine's disks consist of.");

    private static string SumOf(JsonObject json) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(DiskChain))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ChainJson : JsonSerializerContext;
