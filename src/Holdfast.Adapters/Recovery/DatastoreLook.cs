using System.Text.Json;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Recovery;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Recovery;

/// <summary>Every machine that a datastore knows: of its lease table, and of its folders. It only reads.</summary>
public static class DatastoreLook
{
    /// <summary>For what the store has to answer beside the look at the slots.</summary>
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(30);

    /// <summary>For each file that is checked.</summary>
    private static readonly TimeSpan CheckLimit = TimeSpan.FromMinutes(5);

    /// <param name="look">How long a silent slot is looked at.</param>
    /// <exception cref="IOException">The area cannot be read; the message says why.</exception>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public static async Task<(AreaLook Area, IReadOnlyList<MachineEvidence> Machines)> TakeAsync(string path, TimeSpan look)
    {
        var (area, folders) = await BlockingWork.RunAsync($"reading {path}", look + StoreLimit, () => (AreaLook.Take(path, look), Folders(path))).ConfigureAwait(false);
        List<MachineEvidence> machines = [];
        foreach (var (folder, definition) in folders)
        {
            machines.Add(await OfAsync(area, folder, definition).ConfigureAwait(false));
        }

        var known = folders.Where(f => f.Definition is not null).Select(f => f.Definition!.Id).ToHashSet();
        machines.AddRange(area.Table.Machines.Values.Where(m => !known.Contains(m.Machine.Value)).Select(m => Of(area, m.Machine.ToString(), null, m)));
        return (area, machines);
    }

    private static async Task<MachineEvidence> OfAsync(AreaLook area, string folder, MachineDefinition? definition)
    {
        var entry = definition is null ? null : area.Table.Machine(new MachineId(definition.Id));
        var evidence = Of(area, Path.GetFileName(folder), definition, entry);

        // What somebody may be writing to is not checked: it would be found damaged while it is only being changed.
        return definition is null || entry is { State: not LeaseState.Free } ? evidence : evidence with { DiskTrouble = await TroubleAsync(folder, definition).ConfigureAwait(false) };
    }

    private static MachineEvidence Of(AreaLook area, string name, MachineDefinition? definition, MachineEntry? entry)
    {
        var owner = entry is { State: not LeaseState.Free, Owner: { } life } ? life : default(HostLife?);
        var renews = owner is { } o && area.Renewing.TryGetValue(o.Slot, out var incarnation) && incarnation == o.Incarnation;
        return new(name, definition?.Priority ?? 0, entry, owner is { } who ? area.Table.Host(who.Slot)?.Name : null, renews, definition is not null, null);
    }

    private static async Task<string?> TroubleAsync(string folder, MachineDefinition definition)
    {
        try
        {
            var chain = await BlockingWork.RunAsync($"reading {folder}", StoreLimit, () =>
            {
                var files = new ChainFolder(folder);
                var found = files.Read(definition.Id) ?? DiskChain.Of(definition);
                files.Check(found, found.Active.Select(a => a.File));
                return found;
            }).ConfigureAwait(false);
            return await TopFiles.DamageAsync(folder, chain.Active, CheckLimit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChainException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            return e.Message;
        }
    }

    private static (string Folder, MachineDefinition? Definition)[] Folders(string path)
    {
        var machines = Path.Combine(path, MachineFolder.Machines);
        return !Directory.Exists(machines) ? []
            : [.. Directory.EnumerateDirectories(machines).Where(f => !Path.GetFileName(f).StartsWith('.')).Select(f => (f, DefinitionStore.ReadOne(Path.Combine(f, MachineFolder.DefinitionFile))))];
    }
}
