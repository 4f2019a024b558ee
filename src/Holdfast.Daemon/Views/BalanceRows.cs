using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Balancing;
using Holdfast.Core.Evidence;

namespace Holdfast.Daemon.Views;

/// <summary>Loads, and what this host makes of its own.</summary>
internal static class BalanceRows
{
    public static BalanceReport Own(HostSnapshot snapshot, BalancingSettings settings) => new()
    {
        Mode = settings.Mode.ToString().ToLowerInvariant(),
        HotPercent = settings.Limits.HotShare * 100,
        CoolPercent = settings.Limits.CoolShare * 100,
        Hosts = [new(snapshot.Host, snapshot.Hosts.Where(h => h.Slot == snapshot.Slot).Select(h => Load(h.Load)).FirstOrDefault(), snapshot.Balance.IsHot, snapshot.Balance.Holds is { Length: > 0 } holds ? holds : null, snapshot.Balance.Shortage)],
        Moves = [.. snapshot.Balance.Moves.Select(m => Move(snapshot, m))],
    };

    /// <summary>All hosts: each by its own word, and of one whose agent does not answer what it has told this one.</summary>
    public static BalanceReport All(HostSnapshot snapshot, BalanceReport own, IReadOnlyCollection<BalanceReport> theirs) => own with
    {
        Hosts = [.. snapshot.Hosts.Select(h => theirs.Append(own).SelectMany(r => r.Hosts).FirstOrDefault(r => r.Host == h.Name) ?? new(h.Name, Load(h.Load), false, $"the agent of {h.Name} does not answer"))],
        Moves = [.. theirs.Append(own).SelectMany(r => r.Moves)],
    };

    public static HostLoadReport? Load(HostLoad? load) => load is null ? null : new(
        load.Cpus, Math.Round(load.UsedCpus, 2), load.MemoryMiB, load.UsedMemoryMiB, load.Pressure is { } p ? new(p.Cpu, p.Memory, p.Io) : null);

    private static BalanceMoveReport Move(HostSnapshot snapshot, RecommendedMove move)
    {
        var (from, to) = (HostNames.Of(snapshot, move.From), HostNames.Of(snapshot, move.To));
        static double Percent(double share) => Math.Round(share * 100);
        return new(
            move.Name, from, to, Math.Round(move.Cpus, 2), move.CopyMiB, Percent(move.FromBefore), Percent(move.FromAfter), Percent(move.ToBefore), Percent(move.ToAfter),
            BalancePlanner.Gain(move, from, to));
    }
}
