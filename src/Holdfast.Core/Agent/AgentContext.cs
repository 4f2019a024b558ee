using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Fencing;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>What the parts of one host's core share within a step.</summary>
internal sealed class AgentContext(AgentSettings settings)
{
    /// <summary>Far below what lies between the end of a right and the earliest start elsewhere.</summary>
    private static readonly TimeSpan GrantIsFresh = TimeSpan.FromSeconds(1);

    private readonly SortedSet<Guid> openHandOvers = [];
    private ImmutableArray<LocalMachine> localInOrder;

    public AgentSettings Settings { get; } = settings;

    public TimingPlan Plan => Settings.Plan;

    public Outbox Out { get; } = new();

    public IdSource Ids { get; } = new(settings.Seed);

    public NetworkEvidence Network { get; } = new(settings.Slot, settings.Networks, settings.Plan);

    /// <summary>Where this host stands in the isolation table.</summary>
    public SituationDesk Situation { get; set; } = null!;

    public DeviceTests Devices { get; set; } = null!;

    /// <summary>How late a slot is read now is how late a dead host's machines start elsewhere.</summary>
    public bool WatchesClosely { get; set; }

    /// <summary>The moment of the present step.</summary>
    public Moment Now { get; set; }

    /// <summary>The guard's newest report; null while there is no connection.</summary>
    public GuardReport? Guard { get; set; }

    private static readonly ConditionsMeasured Unmeasured = new(false, 0, 0, true);

    public ConditionsMeasured Conditions
    {
        get;
        set
        {
            field = value;
            Unplugged = value.Links.IsEmpty ? [] : [.. value.Links.Where(l => !l.Value.Carrier).Select(l => l.Key)];
        }
    } = Unmeasured;

    /// <summary>Of this host's load, the newest measurement as it was taken; each is an object of its own. Apart from <see cref="Conditions"/>, as nothing that is judged by them follows from it.</summary>
    public HostLoad? Measured { get; set; }

    /// <summary>Until then nothing is known of this host's room, which is not the same as no room.</summary>
    public bool IsMeasured => !ReferenceEquals(Conditions, Unmeasured);

    /// <summary>Networks on which this host's own link has no carrier.</summary>
    public ImmutableSortedSet<string> Unplugged { get; private set; } = [];

    /// <summary>Free machines that this host is about to claim.</summary>
    public SortedSet<Guid> Claiming { get; } = [];

    /// <summary>
    /// What is left now. The measurement is up to a second old, and many machines can be claimed in a second, so what was promised since then counts.
    /// </summary>
    public long FreeMemoryMiB => Conditions.FreeMemoryMiB - (Settings.Lacks(AgentFlaws.RoomByOldMeasurement) ? 0 : PromisedMiB() - Conditions.PromisedMiB);

    public SortedList<string, AreaKeeper> Areas { get; } = new(StringComparer.Ordinal);

    /// <summary>The same areas, by name, for what is looked at in every step.</summary>
    public ImmutableArray<AreaKeeper> AreasInOrder { get; private set; } = [];

    public SortedList<Guid, MachineDefinition> Definitions { get; } = [];

    public SortedList<Guid, LocalMachine> Local { get; } = [];

    /// <summary>Those of <see cref="Local"/>, the important ones first, then by id, as they were when this was asked for: looking at one may add another.</summary>
    public ImmutableArray<LocalMachine> LocalInOrder => localInOrder.IsDefault ? localInOrder = [.. Local.Values.OrderByDescending(l => l.Priority)] : localInOrder;

    /// <summary>The processes of an earlier agent have not been looked for yet.</summary>
    public bool Looking { get; set; } = true;

    /// <summary>Those that were found and that no table here has shown an entry of yet. Nothing is done to them: another datastore may be theirs.</summary>
    public SortedDictionary<Guid, FoundMachine> Found { get; } = [];

    /// <summary>Machines that have a process here which belongs to nobody.</summary>
    public SortedSet<Guid> Orphans { get; } = [];

    public void Define(MachineDefinition definition)
    {
        Definitions[definition.Id] = definition;
        localInOrder = default;
    }

    public string NameOf(Guid machine) => Definitions.TryGetValue(machine, out var d) ? d.Name : machine.ToString("N")[..8];

    public string NameOf(Slot slot) => Settings.NameOf(slot.Value);

    public GuardedMachine? Guarded(Guid machine) => Guard?.Machines.FirstOrDefault(m => m.Machine == machine);

    /// <summary>Asks the guard for a right that is acted on at once: to thaw a process, or to start its CPUs.</summary>
    /// <param name="then">Null when it is granted, else why not.</param>
    public void Grant(Guid machine, ulong epoch, string datastore, Action<string?> then)
    {
        var asked = Now;

        // Safety: an agent that was stopped meanwhile must not act on what was true before; the right may have ended, and a thaw would undo the guard's freeze.
        Out.Guard(new Grant(machine, epoch, [datastore], null), refusal => then(refusal ?? (Now - asked > GrantIsFresh ? "its answer has come too late to be acted on" : null)));
    }

    /// <summary>A move to or from here begins or ends. The guard is told of the first and of the last one.</summary>
    public void HandOver(Guid move, bool open)
    {
        if ((open ? openHandOvers.Add(move) : openHandOvers.Remove(move)) && openHandOvers.Count == (open ? 1 : 0))
        {
            Out.Guard(new HandOverOpen(open), _ => { });
        }
    }

    public void Say(string kind, string text, Guid? machine = null, string? host = null, string? datastore = null) =>
        Out.Say(new Decision(kind, machine, host, datastore, text));

    /// <summary>Memory of all machines that are here, on their way here or about to be claimed, and of processes that are not gone yet.</summary>
    public long PromisedMiB()
    {
        var here = new HashSet<Guid>(Claiming);
        here.UnionWith(Orphans);
        foreach (var area in AreasInOrder)
        {
            foreach (var entry in area.Here)
            {
                here.Add(entry.Machine.Value);
            }
        }

        foreach (var local in LocalInOrder)
        {
            if (local.HasProcess)
            {
                here.Add(local.Id);
            }
        }

        var promised = 0L;
        foreach (var id in here)
        {
            promised += Definitions.TryGetValue(id, out var d) ? d.MemoryMiB : 0;
        }

        return promised;
    }

    public void Add(AreaKeeper area)
    {
        Areas[area.Name] = area;
        AreasInOrder = [.. Areas.Values];
    }

    public void Forget(LocalMachine local)
    {
        Local.Remove(local.Id);
        localInOrder = default;
    }

    public LocalMachine LocalOf(AreaKeeper area, Guid machine)
    {
        if (!Local.TryGetValue(machine, out var local))
        {
            Local[machine] = local = new LocalMachine(this, area, machine);
            localInOrder = default;
            if (Found.Remove(machine, out var found))
            {
                local.Adopt(found, Guarded(machine)?.Epoch ?? found.Epoch);
            }
        }

        return local;
    }
}
