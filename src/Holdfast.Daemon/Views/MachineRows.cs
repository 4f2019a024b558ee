using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Views;

/// <summary>What this agent knows of machines by itself: intent, the lease table, and, for those it owns, what it sees.</summary>
internal static class MachineRows
{
    public static IReadOnlyList<MachineDetail> Of(HostSnapshot snapshot, IntentView intent)
    {
        var known = snapshot.Machines.IsDefault ? [] : snapshot.Machines;
        var rows = known.Select(m => Of(snapshot, m, intent)).ToList();
        var entered = known.Select(m => m.Id).ToHashSet();
        rows.AddRange(intent.Machines.Values.Where(m => !entered.Contains(m.Definition.Id)).Select(m => Unentered(m, intent)));
        rows.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return rows;
    }

    /// <summary>The row of whoever knows more: a later epoch first, then the owner's own word.</summary>
    public static MachineDetail Better(MachineDetail one, string oneFrom, MachineDetail other, string otherFrom) =>
        one.Epoch != other.Epoch ? (one.Epoch > other.Epoch ? one : other)
        : other.Host == otherFrom && one.Host != oneFrom ? other
        : one;

    private static MachineDetail Of(HostSnapshot snapshot, MachineView view, IntentView intent)
    {
        var definition = intent.DefinitionOf(view);
        var path = snapshot.Datastores.FirstOrDefault(d => d.Name == view.Datastore)?.Path;
        return new MachineDetail
        {
            Name = definition?.Name ?? view.Name,
            Id = view.Id,
            Desired = view.Wanted is "run" or "running" ? DesiredState.Run : DesiredState.Stop,
            State = State(view.State),
            Host = view.Owner < 0 ? null : HostNames.Of(snapshot, view.Owner),
            Epoch = view.Epoch,
            Reason = Null(view.Reason),
            Priority = definition?.Priority ?? 0,
            MemoryMiB = definition?.MemoryMiB ?? 0,
            Cpus = definition?.Cpus ?? 0,
            Datastore = view.Datastore,
            Mac = definition?.Mac,
            OnIsolation = ResponseOf(definition),
            OnHung = HungResponseOf(definition),
            Use = view.Use is { } use ? new(Math.Round(use.Cpus, 2), use.MemoryMiB) : null,
            ApartGroup = definition?.ApartGroup,
            Guest = view.Guest is { } g ? new(g.Agent, g.Disk, g.Cpu, g.SilentFor.TotalSeconds, g.Hung) : null,
            Ips = [.. definition?.Addresses ?? []],
            Folder = path is null || definition is null ? null : MachineFolder.Of(path, definition.Name),
            Bound = view.Bound is { } bound ? BoundOf(bound) : null,
            Disks = Disks(definition),
            LastMove = MoveRows.Last(snapshot, view.Id),
        };
    }

    /// <summary>Known to etcd, not seen in a lease table here: just created, or its datastore cannot be read from this host.</summary>
    private static MachineDetail Unentered(IntentMachine machine, IntentView intent)
    {
        var definition = machine.Definition;
        return new MachineDetail
        {
            Name = definition.Name,
            Id = definition.Id,
            Desired = machine.Run ? DesiredState.Run : DesiredState.Stop,
            State = machine.Run || !machine.Complete ? MachineState.Pending : MachineState.Stopped,
            Epoch = 0,
            Reason = machine.Complete
                ? $"Its lease on datastore '{definition.Datastore}' has not been read by this host."
                : "It is being created.",
            Priority = definition.Priority,
            MemoryMiB = definition.MemoryMiB,
            Cpus = definition.Cpus,
            Datastore = definition.Datastore,
            Mac = definition.Mac,
            OnIsolation = ResponseOf(definition),
            OnHung = HungResponseOf(definition),
            ApartGroup = definition.ApartGroup,
            Ips = [.. definition.Addresses],
            Folder = intent.Datastores.TryGetValue(definition.Datastore, out var store) ? MachineFolder.Of(store.Path, definition.Name) : null,
            Disks = Disks(definition),
        };
    }

    private static Api.IsolationResponse ResponseOf(MachineDefinition? definition) =>
        definition?.OnIsolation == Core.Model.IsolationResponse.Keep ? Api.IsolationResponse.Keep : Api.IsolationResponse.Release;

    private static Api.HungResponse HungResponseOf(MachineDefinition? definition) =>
        definition?.OnHung == Core.Model.HungResponse.Restart ? Api.HungResponse.Restart : Api.HungResponse.Ignore;

    private static Disk[] Disks(MachineDefinition? definition) =>
        definition is null ? [] : [.. definition.Disks.Select(d => new Disk(d.File, d.SizeBytes >> 20, definition.Datastore))];

    private static Bound BoundOf(RestartBoundView bound) => new(
        double.IsFinite(bound.WithoutDeviceSeconds) ? bound.WithoutDeviceSeconds : null,
        bound.WithDeviceSeconds is { } s && double.IsFinite(s) ? s : null,
        [.. bound.Parts.Where(p => double.IsFinite(p.Seconds)).Select(p => new Api.BoundPart(p.Name, p.Seconds, p.WithDeviceOnly ? "withDevice" : p.WithoutDeviceOnly ? "withoutDevice" : null))]);

    private static MachineState State(string state) => Enum.TryParse<MachineState>(state, ignoreCase: true, out var parsed) ? parsed : MachineState.Error;

    private static string? Null(string text) => text.Length == 0 ? null : text;
}
