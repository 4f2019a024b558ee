using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Hosting;

/// <summary>Whether this host is being drained, on its own disk: it lasts over restarts and reboots, without etcd, until somebody takes it back (docs/adr/0010).</summary>
internal sealed class DrainBook(string file, IAgent agent)
{
    private readonly Lock changing = new();

    /// <summary>Before the agent starts, so that nothing is claimed before it is known.</summary>
    public void Load()
    {
        try
        {
            agent.SetDrain(on: true, JsonSerializer.Deserialize(File.ReadAllBytes(file), DrainJson.Default.Drained)?.By ?? "nobody knows");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Not drained.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // Safety: somebody has drained it, for work that this very start may be part of. What that costs is shown, and is taken back with one command.
            agent.SetDrain(on: true, $"{file} cannot be read: {e.Message}");
        }
    }

    public void Set(bool on, string by)
    {
        lock (changing)
        {
            if (on)
            {
                StateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(new Drained(by), DrainJson.Default.Drained));
            }
            else
            {
                File.Delete(file);
            }

            agent.SetDrain(on, by);
        }
    }
}

internal sealed record Drained(string By);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Drained))]
internal sealed partial class DrainJson : JsonSerializerContext;
