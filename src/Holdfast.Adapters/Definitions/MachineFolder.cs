using System.Globalization;
using System.Text.Json;
using Holdfast.Adapters.Images;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Model;
using Holdfast.Core.Storage;

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
    /// <param name="image">What the first disk is copied from, or null for empty disks.</param>
    /// <param name="seed">Written as the disk <see cref="CloudSeed.File"/>, where the definition has it.</param>
    public static async Task<string?> CreateAsync(string path, MachineDefinition definition, DiskImage? image, CloudSeed? seed = null)
    {
        var limit = Limit + TimeSpan.FromSeconds(definition.Disks.Sum(d => d.SizeBytes) / (20.0 * Block));
        var building = Path.Combine(path, Machines, $".new-{definition.Id:N}");
        string? refusal = null;
        try
        {
            refusal = await BlockingWork.RunAsync($"creating the folder of '{definition.Name}'", Limit, () => Begin(path, definition, building, image));
            if (refusal is not null)
            {
                return refusal;
            }

            // Outside of this process: a converter that meets a bad file must not take the agent with it.
            var disk = definition.Disks.IsEmpty ? "" : Path.Combine(building, definition.Disks[0].File);
            refusal = image is { Format: ImageFormat.Qcow2 } ? Told(await QemuImg.ConvertToRawAsync(image.File, image.Format, disk, limit), $"The image {image.File} could not be copied") : null;
            refusal ??= seed is null ? null : await seed.WriteAsync(Path.Combine(building, CloudSeed.File), definition);
            return refusal ??= await BlockingWork.RunAsync($"creating the folder of '{definition.Name}'", limit, () => Finish(path, definition, building, image, seed));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return $"The folder of '{definition.Name}' on datastore '{definition.Datastore}' could not be created: {e.Message}";
        }
        finally
        {
            if (refusal is not null)
            {
                _ = BlockingWork.RunAsync($"deleting {building}", Limit, () => Swept(building)).ContinueWith(t => t.Exception, TaskScheduler.Default);
            }
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

    private static string? Told(string? why, string what) => why is null ? null : $"{what}: {why}.";

    private static bool Swept(string folder)
    {
        Remove(folder);
        return true;
    }

    private static string? Begin(string path, MachineDefinition definition, string building, DiskImage? image)
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

        if (image is not null && image.Bytes > definition.Disks[0].SizeBytes)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The image {image.File} holds a disk of {image.Bytes / (double)Block:0.#} MiB, which does not fit on one of {definition.Disks[0].SizeBytes / (double)Block:0.#} MiB; give a larger --disk, or leave that out.");
        }

        Directory.CreateDirectory(building);
        return null;
    }

    private static string? Finish(string path, MachineDefinition definition, string building, DiskImage? image, CloudSeed? seed)
    {
        var final = Of(path, definition.Name);
        try
        {
            for (var n = 0; n < definition.Disks.Length; n++)
            {
                if (seed is null || definition.Disks[n].File != CloudSeed.File)
                {
                    WriteDisk(Path.Combine(building, definition.Disks[n].File), definition.Disks[n].SizeBytes, n == 0 ? image : null);
                }
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
    private static void WriteDisk(string file, long size, DiskImage? image)
    {
        var converted = image is { Format: ImageFormat.Qcow2 };
        using var disk = new FileStream(file, new FileStreamOptions { Mode = converted ? FileMode.Open : FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        var used = image is null ? 0 : converted ? disk.Length : Copy(image.File, disk);
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

    private static long Copy(string image, FileStream disk)
    {
        using var from = new FileStream(image, FileMode.Open, FileAccess.Read, FileShare.Read, Block);
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
