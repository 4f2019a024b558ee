using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Holdfast.Bench.Restart;

/// <summary>A BtrPlace instance (F. Hermenier, J. Lawall, G. Muller, "BtrPlace: a flexible consolidation manager for highly available applications", 2013), as its file has it. Servers and machines by their numbers there.</summary>
/// <param name="Running">The server of each running machine.</param>
/// <param name="Ready">The machines that need one.</param>
internal sealed record RestartInstance(
    SortedSet<int> Online, SortedSet<int> Offline, SortedDictionary<int, int> Running, SortedSet<int> Ready,
    Resource[] Resources, int[][] Spread, AmongConstraint[] Among, int[] MustRun, int[] MustBeOnline, int[] MustBeOffline)
{
    public static RestartInstance Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var unpacked = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            using var json = JsonDocument.Parse(unpacked);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BenchException($"There is no file '{path}'.");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new BenchException($"'{path}' is no restart instance: {e.Message}");
        }
    }

    private static RestartInstance Read(JsonElement root)
    {
        var model = root.GetProperty("model");
        var mapping = model.GetProperty("mapping");
        var running = new SortedDictionary<int, int>();
        foreach (var node in mapping.GetProperty("onlineNodes").EnumerateObject())
        {
            foreach (var machine in node.Value.GetProperty("runningVMs").EnumerateArray())
            {
                running.Add(machine.GetInt32(), Number(node.Name));
            }
        }

        var constraints = root.GetProperty("constraints").EnumerateArray().ToLookup(c => c.GetProperty("id").GetString()!);
        if (constraints.FirstOrDefault(g => g.Key is not ("spread" or "among" or "running" or "online" or "offline")) is { } unknown)
        {
            throw new FormatException($"constraints of the kind '{unknown.Key}' are not known.");
        }

        int[] Each(string kind, string what) => [.. constraints[kind].Select(c => c.GetProperty(what).GetInt32()).Distinct().Order()];
        return new(
            [.. mapping.GetProperty("onlineNodes").EnumerateObject().Select(n => Number(n.Name))], [.. Numbers(mapping.GetProperty("offlineNodes"))], running, [.. Numbers(mapping.GetProperty("readyVMs"))],
            [.. model.GetProperty("views").EnumerateArray().Where(v => v.GetProperty("id").GetString() == "shareableResource").Select(Resource.Read)],
            [.. constraints["spread"].Select(c => Numbers(c.GetProperty("vms")))],
            [.. constraints["among"].Select(c => new AmongConstraint(Numbers(c.GetProperty("vms")), [.. c.GetProperty("parts").EnumerateArray().Select(p => Numbers(p).ToHashSet())]))],
            Each("running", "vm"), Each("online", "node"), Each("offline", "node"));
    }

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    private static int Number(string name) => int.Parse(name, CultureInfo.InvariantCulture);
}

internal sealed record AmongConstraint(int[] Machines, HashSet<int>[] Parts);

internal sealed record Resource(string Name, Dictionary<int, int> Capacity, Dictionary<int, int> Use, int DefaultCapacity, int DefaultUse)
{
    public int CapacityOf(int server) => Capacity.GetValueOrDefault(server, DefaultCapacity);

    public int UseOf(int machine) => Use.GetValueOrDefault(machine, DefaultUse);

    public static Resource Read(JsonElement view) => new(
        view.GetProperty("rcId").GetString()!, Map(view.GetProperty("nodes")), Map(view.GetProperty("vms")), view.GetProperty("defCapacity").GetInt32(), view.GetProperty("defConsumption").GetInt32());

    private static Dictionary<int, int> Map(JsonElement map) => map.EnumerateObject().ToDictionary(p => int.Parse(p.Name, CultureInfo.InvariantCulture), p => p.Value.GetInt32());
}
