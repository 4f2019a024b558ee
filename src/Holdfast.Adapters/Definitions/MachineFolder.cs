using System.Globalization;
using System.Text.Json;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Definitions;

/// <summary>
/// A machine's folder on its datastore: <c>PATH/machines/NAME/</c> with <c>machine.json</c> and its disks. It appears whole or not at all (built
/// beside, then renamed) and disappears the same way.
/// </summary>
public static class MachineFolder
{
    public const string Machines = "machines";
    public const string DefinitionFile = "machine.json";
    private const int Block = 1 << 20;

    /// <summary>Limit for small work; a disk adds a second for every 20 MiB.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static string Of(string path, string name) => Path.Combine(path, Machines, name);

    /// <summary>Create the folder; null = done, else why not (then nothing is left).</summary>
    /// <param name="image">A raw image for the first disk, or null for empty disks.</param>
    public static async Task<string?> CreateAsync(string path, MachineDefinition definition, string? image)
    {
        var limit = Limit + TimeSpan.FromSeconds(definition.Disks.Sum(d => d.SizeBytes) / (20.0 * Block));
        try
        {
            return await BlockingWork.RunAsync($"creating the folder of '{definition.Name}'", limit, () => Create(path, definition, image));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return $"The folder of '{definition.Name}' on datastore '{definition.Datastore}' could not be created: {e.Message}";
        }
    }

    /// <summary>Write the machine's definition anew, whole or not at all; null = done, else why not.</summary>
    public static async Task<string?> RewriteAsync(string path, MachineDefinition definition)
    {
        try
        {
            return await BlockingWork.RunAsync($"writing the definition of '{definition.Name}'", Limit, () => Rewrite(path, definition));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return $"The definition of '{definition.Name}' on datastore '{definition.Datastore}' could not be written: {e.Message}";
        }
    }

    /// <summary>Delete the folder with all its disks; null = done or not there.</summary>
    public static async Task<string?> DeleteAsync(string path, MachineDefinition definition)
    {
        try
        {
            return await BlockingWork.RunAsync<string?>($"deleting the folder of '{definition.Name}'", Limit, () => Delete(path, definition));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return $"The folder of '{definition.Name}' on datastore '{definition.Datastore}' could not be deleted: {e.Message}";
        }
    }

    private static string? Create(string path, MachineDefinition definition, string? image)
    {
        if (!Directory.Exists(path))
        {
            return $"There is no directory {path} on this host; mount the datastore '{definition.Datastore}' there.";
        }

        var final = Of(path, definition.Name);
        if (Directory.Exists(final))
        {
            return $"{final} exists already; a machine of that name was there before. Delete that folder, or choose another name.";
        }

        var building = Path.Combine(path, Machines, $".new-{definition.Id:N}");
        Directory.CreateDirectory(building);
        try
        {
            for (var n = 0; n < definition.Disks.Length; n++)
            {
                WriteDisk(Path.Combine(building, definition.Disks[n].File), definition.Disks[n].SizeBytes, n == 0 ? image : null);
            }

            WriteWhole(Path.Combine(building, DefinitionFile), definition);
            Directory.Move(building, final);
            return null;
        }
        catch
        {
            Remove(building);
            throw;
        }
    }

    private static string? Delete(string path, MachineDefinition definition)
    {
        var folder = Of(path, definition.Name);
        if (!Directory.Exists(folder))
        {
            return null;
        }

        if (IsOfAnother(folder, definition))
        {
            return $"{folder} belongs to another machine; it was left as it is.";
        }

        var going = Path.Combine(path, Machines, $".deleted-{definition.Id:N}");
        Directory.Move(folder, going);
        Remove(going);
        return null;
    }

    private static string? Rewrite(string path, MachineDefinition definition)
    {
        var folder = Of(path, definition.Name);
        if (!Directory.Exists(folder))
        {
            return $"There is no directory {folder} on this host; mount the datastore '{definition.Datastore}' there.";
        }

        if (IsOfAnother(folder, definition))
        {
            return $"{folder} belongs to another machine; it was left as it is.";
        }

        var written = Path.Combine(folder, $".{DefinitionFile}-{Guid.NewGuid():N}");
        try
        {
            WriteWhole(written, definition);
            File.Move(written, Path.Combine(folder, DefinitionFile), overwrite: true);
            return null;
        }
        finally
        {
            File.Delete(written);
        }
    }

    /// <summary>A folder that somebody made anew under the same name is not this machine's own.</summary>
    private static bool IsOfAnother(string folder, MachineDefinition definition)
    {
        var file = Path.Combine(folder, DefinitionFile);
        return File.Exists(file) && JsonSerializer.Deserialize(File.ReadAllBytes(file), DefinitionJson.Default.MachineDefinition)?.Id != definition.Id;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A raw disk with all its blocks allocated: a store that runs full must not stop a machine in the middle of its life.</summary>
    private static void WriteDisk(string file, long size, string? image)
    {
        using var disk = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        var used = image is null ? 0 : Copy(image, disk, size);
        if (!Allocation.TryAllocate(disk.SafeFileHandle, size))
        {
            var zeros = new byte[Block];
            for (disk.Position = used; disk.Position < size;)
            {
                disk.Write(zeros, 0, (int)Math.Min(Block, size - disk.Position));
            }
        }

        if (disk.Length < size)
        {
            disk.SetLength(size);
        }

        disk.Flush(flushToDisk: true);
    }

    private static long Copy(string image, FileStream disk, long size)
    {
        using var from = new FileStream(image, FileMode.Open, FileAccess.Read, FileShare.Read, Block);
        if (from.Length > size)
        {
            throw new IOException(string.Create(
                CultureInfo.InvariantCulture, $"the image {image} has {from.Length / (double)Block:0.#} MiB and does not fit on a disk of {size / (double)Block:0.#} MiB; give a larger --disk"));
        }

        from.CopyTo(disk, Block);
        return disk.Position;
    }

    private static void WriteWhole(string file, MachineDefinition definition)
    {
        using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        JsonSerializer.Serialize(stream, definition, DefinitionJson.Default.MachineDefinition);
        stream.Flush(flushToDisk: true);
    }
}
