using System.Collections.Immutable;
using Holdfast.Core.Balancing;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;

namespace Holdfast.Core.Agent;

/// <summary>Puts together what the balance planner is asked about.</summary>
internal sealed class BalanceScout(AgentContext context, MoveTargets targets, LoadDesk loads)
{
    /// <summary>In percent of the last ten seconds: a host whose work waits for memory so much gets no more of it.</summary>
    private const double ShortOfMemory = 10;

    /// <summary>Why <see cref="Scene"/> has none.</summary>
    public string WhyNoScene => context.Settings.Hosts.Count == 1 ? "there is no other host that a machine could move to" : $"the load of {context.Settings.Host} is not measured yet";

    /// <summary>Null: <see cref="WhyNoScene"/>.</summary>
    public BalanceScene? Scene(IReadOnlyDictionary<Guid, FailedMove> failed)
    {
        if (context.Settings.Hosts.Count == 1 || loads.Own is not { } own)
        {
            return null;
        }

        var self = new BalanceHost(context.Settings.Slot, context.Settings.Host, own, context.FreeMemoryMiB);
        if (own.Share <= context.Settings.Balancing.Limits.HotShare)
        {
            return new(self, [], [], []);
        }

        var running = context.LocalInOrder.Where(l => l.HasProcess && l.Entry is { Wanted: WantedState.Run }).ToList();
        var example = running.FirstOrDefault(l => l.RunsUndisturbed);
        ImmutableArray<BalanceMachine> machines = [.. running.Select(l => Machine(l, failed))];
        return new(
            self, [.. context.Settings.Hosts.Keys.Where(s => s != self.Slot).Select(s => Host(s, example))], machines,
            [.. machines.Select(m => m.ApartGroup).OfType<string>().Distinct(StringComparer.Ordinal).SelectMany(Elsewhere)]);
    }

    /// <summary>Hosts that are short of processors and come before this one: the hotter first, then the lower slot.</summary>
    public int Hotter(double hotShare) => context.Settings.Hosts.Keys.Count(s => s != context.Settings.Slot && loads.Of(s) is { } other && other.Share > hotShare
        && (other.Share, -s).CompareTo((loads.Own!.Share, -context.Settings.Slot)) > 0);

    /// <summary>Hosts that a move is not to fall back to: with this machine they would be above the cool share.</summary>
    public ImmutableArray<int> TooWarmFor(RecommendedMove move) =>
    [
        .. context.Settings.Hosts.Keys.Where(s => loads.Of(s) is not { Settling: false } load || load.UsedCpus + move.Cpus > load.Cpus * context.Settings.Balancing.Limits.CoolShare),
    ];

    private IEnumerable<ApartMember> Elsewhere(string group) =>
        MoveTargets.ApartMembers(context, group).Where(m => m.Slot != context.Settings.Slot).Select(m => new ApartMember(m.Id, m.Slot, group));

    private BalanceMachine Machine(LocalMachine machine, IReadOnlyDictionary<Guid, FailedMove> failed)
    {
        var definition = context.Definitions.GetValueOrDefault(machine.Id);
        var (promised, use) = (definition?.MemoryMiB ?? 0L, loads.UseOf(machine.Id));
        return new(machine.Id, context.NameOf(machine.Id), use?.Cpus, promised, Math.Min(use?.MemoryMiB ?? promised, promised), definition?.ApartGroup, Stays(machine, failed), IsTried(machine, failed));
    }

    private bool IsTried(LocalMachine machine, IReadOnlyDictionary<Guid, FailedMove> failed) => failed.TryGetValue(machine.Id, out var last) && context.Now < last.Until;

    private string? Stays(LocalMachine machine, IReadOnlyDictionary<Guid, FailedMove> failed)
    {
        var limits = context.Settings.Balancing.Limits;
        return IsTried(machine, failed) ? failed[machine.Id].Why
            : !machine.RunsUndisturbed ? "something else is under way with it"
            : machine.ArrivedAt is { } at && context.Now - at < limits.CoolDown && !context.Settings.Lacks(AgentFlaws.NoCoolDown)
                ? FormattableString.Invariant($"it was moved here lately and stays for {(limits.CoolDown - (context.Now - at)).TotalMinutes:0} min more")
            : null;
    }

    private BalanceHost Host(int slot, LocalMachine? example)
    {
        var (name, load) = (context.Settings.NameOf(slot), loads.Of(slot));
        var check = example is null ? null : targets.Checks(example, slot, withGuestNetwork: true, live: true).FirstOrDefault(c => c.Verdict == CheckVerdict.Refuses && c.Name is not ("memory" or "apart"));
        var why = check?.Says
            ?? (load is null ? $"{name} has not told its load"
                : load.Settling ? $"a machine has just come to {name}, or is on its way"
                : load.Pressure is { Memory: >= ShortOfMemory and var waits } ? FormattableString.Invariant($"{name} is short of memory (its work waits for it {waits:0} % of the time)")
                : null);
        return new(slot, name, load, example is null ? 0 : targets.FreeMiB(example, slot) ?? 0, why, check?.Name == "path");
    }
}
