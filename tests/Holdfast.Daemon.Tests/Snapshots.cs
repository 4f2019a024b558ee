using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Tests;

/// <summary>Snapshots of the agent of h1 (slot 0).</summary>
internal static class Snapshots
{
    public static readonly Guid Area = Guid.Parse("6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001");

    public static HostSnapshot Of(ImmutableArray<PeerView> hosts, ImmutableArray<MachineView> machines = default, ImmutableArray<MoveView> moves = default) => new(
        "lab", "h1", 0, true, "", hosts,
        [new DatastoreView("shared", "/s", "ready", "", Area, Guid.NewGuid(), 7, 5500, 4)],
        machines.IsDefault ? [] : machines, moves.IsDefault ? [] : moves, []);

    public static PeerView Host(string name, int slot, string state = "alive", long free = 4096) => new(
        name, slot, state, ImmutableSortedDictionary<string, string>.Empty.Add("cluster", "ok").Add("storage", "lost"),
        ImmutableSortedDictionary<string, string>.Empty.Add("shared", "renews"), 0, free);

    public static MachineDefinition Definition(string name) =>
        new(Guid.NewGuid(), name, "shared", 192, 1, 100, "52:54:00:00:00:01", [new DiskDefinition("disk0.raw", 64 << 20)]);

    public static MachineView Machine(MachineDefinition definition, string state, int owner, ulong epoch, bool local) => new(
        definition.Id, definition.Name, "shared", "running", state, owner, -1, epoch, "", local, definition,
        new RestartBoundView(double.PositiveInfinity, 3, [new BoundPart("suspect", 0.8, WithDeviceOnly: true)]));
}
