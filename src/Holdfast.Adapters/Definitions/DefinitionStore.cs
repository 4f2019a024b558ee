using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Model;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Definitions;

/// <summary>Reads <c>PATH/machines/NAME/machine.json</c>. One reading a datastore at a time, so that a hung store costs one thread and not one a second.</summary>
public sealed class DefinitionStore(TimeSpan? limit = null) : IDefinitionStore
{
    private readonly TimeSpan limit = limit ?? TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Task> running = new(StringComparer.Ordinal);

    public void Load(string datastore, string path, Action<ImmutableArray<MachineDefinition>, string?> done) => _ = LoadAsync(datastore, path, done);

    private async Task LoadAsync(string datastore, string path, Action<ImmutableArray<MachineDefinition>, string?> done)
    {
        ImmutableArray<MachineDefinition> found = [];
        string? refusal = null;
        try
        {
            var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!running.TryAdd(path, reading.Task))
            {
                done([], $"The definitions on datastore '{datastore}' are still being read since an earlier attempt; its storage may hang.");
                return;
            }

            found = await BlockingWork.RunAsync($"reading the definitions on '{datastore}'", limit, () =>
            {
                try
                {
                    return Read(datastore, path);
                }
                finally
                {
                    // Here and not after the wait: a reading past its limit still runs.
                    running.TryRemove(path, out _);
                    reading.SetResult();
                }
            });
        }
        catch (Exception e)
        {
            refusal = $"The definitions on datastore '{datastore}' could not be read: {e.Message}";
        }

        done(found, refusal);
    }

    private static ImmutableArray<MachineDefinition> Read(string datastore, string path)
    {
        var machines = Path.Combine(path, MachineFolder.Machines);
        if (!Directory.Exists(machines))
        {
            return Directory.Exists(path) ? [] : throw new DirectoryNotFoundException($"there is no directory {path}");
        }

        var found = ImmutableArray.CreateBuilder<MachineDefinition>();
        foreach (var folder in Directory.EnumerateDirectories(machines).Where(f => !Path.GetFileName(f).StartsWith('.')).Order(StringComparer.Ordinal))
        {
            // One broken file must not hide the others; its machine shows up without definition.
            if (ReadOne(Path.Combine(folder, MachineFolder.DefinitionFile)) is { } definition && definition.Datastore == datastore)
            {
                found.Add(definition);
            }
        }

        return found.ToImmutable();
    }

    /// <returns>Null when it is missing or no definition.</returns>
    internal static MachineDefinition? ReadOne(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), DefinitionJson.Default.MachineDefinition);
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
