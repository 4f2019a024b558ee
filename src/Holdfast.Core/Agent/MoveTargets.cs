using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Placement;
using Holdfast.Core.Recovery;

namespace Holdfast.Core.Agent;

/// <summary>Where a machine of this host can be moved to now, and of every other host why it cannot be moved there.</summary>
internal sealed class MoveTargets(AgentContext context, RecoveryDesk recovery)
{
    /// <summary>By then the target counts a machine that was sent to it, and its slot says so: notes and renewals come twice a second, and are read as often.</summary>
    private static readonly TimeSpan Counted = TimeSpan.FromSeconds(3);

    /// <summary>A sentence that names more hosts is not read to its end.</summary>
    private const int MostNamed = 8;

    /// <summary>Null: it runs here by right, no other work with it is under way, and none of its writes is in doubt.</summary>
    public static string? WhyNotNow(AgentContext context, Guid id, MachineEntry entry)
    {
        var name = context.NameOf(id);
        return !context.Local.TryGetValue(id, out var machine) || !IsHere(machine, entry)
            ? $"it does not run on {context.Settings.Host}, or is being moved already; see 'holdfast vm show {name}'"
            : machine.DiskWork is { } work ? $"{work}; try again when that has ended"
            : !machine.IsQuiet ? "a write to its disk has failed and may still land for some seconds; try again then"
            : null;
    }

    public static bool IsHere(LocalMachine machine, MachineEntry entry) =>
        entry.State == LeaseState.Held && entry.Owner == machine.Area.Life && machine.Phase == LocalPhase.Running && machine is { Leaving: null, Relocating: null };

    /// <summary>What an order to migrate comes to: its target, or the sentence that it is refused with. Whoever looks before he orders is told by the same.</summary>
    public (int? Target, string? Refusal) Judge(Guid id, MachineEntry entry, int? asked)
    {
        var name = context.NameOf(id);
        if (WhyNotNow(context, id, entry) is { } stays)
        {
            return (null, $"{name} cannot be migrated now: {stays}");
        }

        var machine = context.Local[id];
        return asked is { } slot && Refusal(machine, slot) is { } why ? (null, $"{name} cannot be migrated to {context.Settings.NameOf(slot)}: {why}")
            : (asked ?? Best(machine)) is { } target ? (target, null)
            : (null, $"{name} cannot be migrated: {WhyNowhere(machine)}");
    }

    /// <summary>The one with the most room; null: <see cref="WhyNowhere"/>.</summary>
    /// <param name="withGuestNetwork">Only where the guest network is said to be well: the machine has it here, or has lost it here and moves for that.</param>
    /// <param name="live">It needs a network that carries its memory; else it goes shut down.</param>
    /// <param name="except">Slots that are none of it.</param>
    public int? Best(LocalMachine machine, bool withGuestNetwork = false, bool live = true, ImmutableArray<int> except = default) => PlacementPlan.MostRoom(recovery.Candidates(machine.Area)
        .Where(c => (except.IsDefault || !except.Contains(c.Slot)) && Refusal(machine, c.Slot, withGuestNetwork, live) is null));

    public string WhyNowhere(LocalMachine machine, bool withGuestNetwork = false, bool live = true)
    {
        var others = context.Settings.Hosts.Keys.Where(s => s != context.Settings.Slot).ToList();
        var named = others.Take(MostNamed).Select(s => Refusal(machine, s, withGuestNetwork, live)).OfType<string>();
        return others.Count == 0 ? "there is no other host"
            : $"no other host can take it: {string.Join("; ", named)}{(others.Count > MostNamed ? $"; and {others.Count - MostNamed} more" : "")}";
    }

    /// <summary>Null: it can be moved there.</summary>
    public string? Refusal(LocalMachine machine, int slot, bool withGuestNetwork = false, bool live = true) => Checks(machine, slot, withGuestNetwork, live).FirstOrDefault(c => c.Verdict == CheckVerdict.Refuses)?.Says;

    /// <summary>All that is asked of a target, one by one: what an order is refused for is the first of these that refuses. It ends with a host of which nothing more can be said.</summary>
    public IEnumerable<MoveCheck> Checks(LocalMachine machine, int slot, bool withGuestNetwork, bool live)
    {
        var (host, seen) = (context.Settings.NameOf(slot), context.Situation.Picture.Hosts.FirstOrDefault(h => h.Slot == slot));
        if (slot == context.Settings.Slot)
        {
            yield return new("host", CheckVerdict.Refuses, $"it runs on {host} already");
            yield break;
        }

        if (recovery.Candidates(machine.Area).FirstOrDefault(c => c.Slot == slot) is not { } candidate)
        {
            yield return new("host", CheckVerdict.Refuses, WhyNoCandidate(machine, host, seen));
            yield break;
        }

        yield return new("host", CheckVerdict.Passes, $"{host} takes machines");
        yield return new("disks", CheckVerdict.Passes, $"{host} reaches datastore {machine.Area.Name}: it renews its right there");
        yield return Memory(machine, slot, candidate.FreeMemoryMiB - SentTo(slot));
        yield return GuestNetwork(host, seen, withGuestNetwork);
        if (Apart(machine, slot) is { } apart)
        {
            yield return apart;
        }

        if (live)
        {
            yield return MigrationRoutes.To(context, slot) is { } path
                ? new("path", CheckVerdict.Passes, $"over network {path.Network}, on which no loss and no hole for packets of full size is known")
                : new("path", CheckVerdict.Refuses, $"{MigrationRoutes.WhyNot(context, slot)} (see 'holdfast network show')");
        }
    }

    /// <summary>What is left there for machines from here; null: it takes none.</summary>
    public long? FreeMiB(LocalMachine machine, int slot) => recovery.Candidates(machine.Area).FirstOrDefault(c => c.Slot == slot) is { } candidate ? candidate.FreeMemoryMiB - SentTo(slot) : null;

    private static string WhyNoCandidate(LocalMachine machine, string host, HostPicture? seen) =>
        seen is not { Presence: Presence.Alive } ? $"{host} is not seen alive"
        : seen.Says(HeartbeatFlags.Draining) ? $"{host} is being drained (until 'holdfast host resume {host}')"
        : seen.Says(HeartbeatFlags.Leaving) ? $"{host} is disarmed"
        : $"{host} takes no machines of datastore {machine.Area.Name} now";

    private static MoveCheck GuestNetwork(string host, HostPicture? seen, bool needed) =>
        seen?.Denies(HeartbeatFlags.GuestDown) == true ? new("guest network", CheckVerdict.Passes, $"{host} says that it has the guest network")
        : new("guest network", needed ? CheckVerdict.Refuses : CheckVerdict.Unknown, $"{host} does not say that it has the guest network");

    private MoveCheck Memory(LocalMachine machine, int slot, long free)
    {
        var need = context.Definitions.GetValueOrDefault(machine.Id)?.MemoryMiB ?? long.MaxValue;
        return free < need
            ? new("memory", CheckVerdict.Refuses, $"{context.Settings.NameOf(slot)} has no room for {need} MiB ({Math.Max(0, free)} MiB are free)")
            : new("memory", CheckVerdict.Passes, $"it needs {need} MiB, {free} MiB are free");
    }

    /// <summary>A group's machines are kept apart by every move, whoever asks for it; what restarts after a failure runs where it can.</summary>
    private MoveCheck? Apart(LocalMachine machine, int slot) => context.Definitions.GetValueOrDefault(machine.Id)?.ApartGroup is not { } group ? null
        : ApartMembers(context, group).FirstOrDefault(m => m.Id != machine.Id && m.Slot == slot) is { Id: var other } && other != Guid.Empty
            ? new("apart", CheckVerdict.Refuses, $"{context.NameOf(other)} of the group {group} is on {context.Settings.NameOf(slot)}, and its machines stay apart")
            : new("apart", CheckVerdict.Passes, $"no other machine of the group {group} is on {context.Settings.NameOf(slot)}");

    /// <summary>Where the machines of a group are or are going to.</summary>
    public static IEnumerable<(Guid Id, int Slot)> ApartMembers(AgentContext context, string name) =>
        from area in context.AreasInOrder
        from entry in area.Table.Machines.Values
        where context.Definitions.GetValueOrDefault(entry.Machine.Value)?.ApartGroup == name
        from life in new[] { entry.Owner, entry.Target }
        where life is not null
        select (entry.Machine.Value, life.Value.Slot.Value);

    /// <summary>Memory that machines on their way there need and that its slot cannot say yet.</summary>
    private long SentTo(int slot) => context.LocalInOrder
        .Where(l => l.Leaving is { } move && move.Target == slot && move.Age < Counted).Sum(l => context.Definitions.GetValueOrDefault(l.Id)?.MemoryMiB ?? 0);
}
