using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Hosting;

/// <summary>Until when this host is disarmed, kept over a restart of the agent. Not over its time: it always ends.</summary>
internal sealed class ArmBook(string file, IAgent agent)
{
    public static readonly TimeSpan Least = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Most = TimeSpan.FromDays(1);
    private readonly Lock changing = new();

    public void Load()
    {
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), ArmJson.Default.Disarmed) is { } kept && kept.Until - DateTimeOffset.UtcNow is var left && left > TimeSpan.Zero)
            {
                // A wall clock that was set back must not disarm for longer than anybody may ask for.
                agent.SetHighAvailability(left < Most ? left : Most, kept.By);
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // Never disarmed, or a torn file: armed is the state that needs no word.
        }
    }

    /// <param name="span">Null: arm.</param>
    public void Set(TimeSpan? span, string by)
    {
        lock (changing)
        {
            if (span is { } time)
            {
                StateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes(new Disarmed(DateTimeOffset.UtcNow + time, by), ArmJson.Default.Disarmed));
            }
            else
            {
                File.Delete(file);
            }

            agent.SetHighAvailability(span ?? TimeSpan.Zero, by);
        }
    }
}

internal sealed record Disarmed(DateTimeOffset Until, string By);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Disarmed))]
internal sealed partial class ArmJson : JsonSerializerContext;
