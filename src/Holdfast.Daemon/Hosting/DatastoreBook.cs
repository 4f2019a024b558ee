using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Adapters.Etcd;
using Holdfast.Core.Timing;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Hosting;

/// <summary>
/// Tells the agent of every datastore that etcd names, and keeps them in a file: an agent that starts while etcd has no quorum must still find its
/// leases, for the right to run does not hang on etcd.
/// </summary>
internal sealed class DatastoreBook(string file, IAgent agent)
{
    public const string FileName = "datastores.json";

    private readonly Lock changing = new();
    private Dictionary<string, IntentDatastore> known = [];

    public void Load()
    {
        try
        {
            Tell(Read(file), write: false);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // The first start, or a torn file: etcd tells.
        }
    }

    /// <summary>What the host kept.</summary>
    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    /// <exception cref="JsonException">It is torn.</exception>
    public static IntentDatastore[] Read(string file) => JsonSerializer.Deserialize(File.ReadAllBytes(file), BookJson.Default.IntentDatastoreArray) ?? [];

    public void Tell(IEnumerable<IntentDatastore> datastores, bool write = true)
    {
        lock (changing)
        {
            var fresh = datastores.Where(d => !known.TryGetValue(d.Name, out var k) || k != d).ToList();
            foreach (var datastore in fresh)
            {
                known[datastore.Name] = datastore;
                agent.AddDatastore(datastore.Name, datastore.Path, datastore.DrainSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TimingPlan.Infinite);
            }

            if (write && fresh.Count > 0)
            {
                StateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes([.. known.Values], BookJson.Default.IntentDatastoreArray));
            }
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(IntentDatastore[]))]
internal sealed partial class BookJson : JsonSerializerContext;
