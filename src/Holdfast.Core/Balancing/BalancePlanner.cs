using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Balancing;

/// <summary>
/// Plans the relief of one hot host by the moves of its own machines. Pure. The search is <see cref="Balancer"/>'s: other hosts stand in it with the sum of what they carry, which stays.
/// </summary>
public static class BalancePlanner
{
    /// <summary>The planner's unit: a thousandth of a processor.</summary>
    private const double Milli = 1000;

    /// <summary>A sentence that names more is not read to its end.</summary>
    private const int MostNamed = 8;

    public static BalancePlan Of(BalanceScene scene, BalancerSettings settings)
    {
        var share = scene.Self.Load?.Share ?? 0;
        if (share <= settings.HotShare)
        {
            return new(share, false, [], null);
        }

        // The caller keeps time: what is hot here has been so for long enough, or is looked at all the same.
        var round = Balancer.Round(Moment.Zero, View(scene), settings with { Hold = TimeSpan.Zero, TargetsStayCool = true }, BalancerMemory.Empty, () => false);
        var moves = Priced(scene, round.Moves.SelectMany(wave => wave));
        var left = moves.IsEmpty ? share : moves[^1].FromAfter;
        return new(share, true, moves, left > settings.HotShare ? Shortage(scene, settings, left, moves) : null);
    }

    /// <summary>"90 %".</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");

    /// <summary>Why a move pays, in words.</summary>
    public static string Gain(RecommendedMove move, string from, string to) =>
        string.Create(CultureInfo.InvariantCulture, $"it wants {move.Cpus:0.##} processors, which takes {from} from {move.FromBefore * 100:0} % to {move.FromAfter * 100:0} % and {to} from {move.ToBefore * 100:0} % to {move.ToAfter * 100:0} %");

    private static BalancerView View(BalanceScene scene)
    {
        var (self, others) = (scene.Self, scene.Others.Where(o => o.Load is not null).ToList());
        var groups = scene.Machines.Select(m => m.ApartGroup).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        int? Group(string? name) => name is null ? null : groups.IndexOf(name) is >= 0 and var index ? index : null;
        var own = scene.Machines.Sum(m => m.Cpus ?? 0);
        return new(
            [new(self.Slot, self.Load!.Cpus * Milli, scene.Machines.Sum(m => m.MemoryMiB)), .. others.Select(o => new HostUse(o.Slot, o.Load!.Cpus * Milli, o.WhyNot is null ? o.FreeMemoryMiB : 0))],
            [
                .. scene.Machines.Select(m => new MachineUse(m.Id, self.Slot, (m.Cpus ?? 0) * Milli, m.MemoryMiB, Group(m.ApartGroup), m.Stays is not null || m.Cpus is null)),
                new(Guid.Empty, self.Slot, Math.Max(0, self.Load.UsedCpus - own) * Milli, 0, Stays: true),
                .. others.Select(o => new MachineUse(Guid.Empty, o.Slot, o.Load!.UsedCpus * Milli, 0, Stays: true)),
                .. scene.Elsewhere.Where(e => others.Any(o => o.Slot == e.Slot)).Select(e => new MachineUse(e.Id, e.Slot, 0, 0, Group(e.Group), Stays: true)),
            ]);
    }

    private static ImmutableArray<RecommendedMove> Priced(BalanceScene scene, IEnumerable<BalanceMove> moves)
    {
        var used = scene.Others.Append(scene.Self).Where(h => h.Load is not null).ToDictionary(h => h.Slot, h => (h.Load!.Cpus, h.Load.UsedCpus));
        double Share(int slot) => used[slot].UsedCpus / used[slot].Cpus;
        var priced = ImmutableArray.CreateBuilder<RecommendedMove>();
        foreach (var move in moves)
        {
            var machine = scene.Machines.First(m => m.Id == move.Machine);
            var (from, to, cpus) = (Share(move.From), Share(move.To), machine.Cpus ?? 0);
            used[move.From] = (used[move.From].Cpus, used[move.From].UsedCpus - cpus);
            used[move.To] = (used[move.To].Cpus, used[move.To].UsedCpus + cpus);
            priced.Add(new(machine.Id, machine.Name, move.From, move.To, cpus, machine.UsedMiB, from, Share(move.From), to, Share(move.To)));
        }

        return priced.ToImmutable();
    }

    private static string Shortage(BalanceScene scene, BalancerSettings settings, double left, ImmutableArray<RecommendedMove> moves)
    {
        var load = scene.Self.Load!;
        var wants = string.Create(CultureInfo.InvariantCulture, $"{scene.Self.Name} is short of processors: its work wants {load.UsedCpus:0.0} of {load.Cpus} ({Percent(load.Share)})");
        var still = moves.IsEmpty ? "no machine of it can be moved away with a gain" : $"{Percent(left)} stay when all is moved that can be";
        ImmutableArray<string> tried = [.. scene.Machines.Where(m => m.Tried).Take(MostNamed).Select(m => m.Stays!)];
        ImmutableArray<string> stays = [.. scene.Machines.Where(m => m is { Tried: false, Stays: not null }).Take(MostNamed).Select(m => $"{m.Name} stays: {m.Stays}")];
        ImmutableArray<string> hosts = [.. scene.Others.Take(MostNamed).Select(o => o.WhyNot ?? WhyNoHelp(scene, settings, o))];
        var help = scene.Others.Any(o => o.NoPath)
            ? "a network that carries migrations again ('holdfast network show' tells what is wrong with it)"
            : $"{(tried.IsEmpty ? "" : "what made these moves fail set right, ")}one more host or more processors, or machines that want less";
        return $"{wants}, and {still}. Tried: {(tried.IsEmpty ? "no move has begun" : string.Join("; ", tried))}. {(stays.IsEmpty ? "" : $"{string.Join("; ", stays)}. ")}Other hosts: {(hosts.IsEmpty ? "there is none" : string.Join("; ", hosts))}. What would help: {help}";
    }

    private static string WhyNoHelp(BalanceScene scene, BalancerSettings settings, BalanceHost host)
    {
        var open = scene.Machines.Where(m => m.Stays is null && m.Cpus is not null).ToList();
        return open.Count == 0 ? $"{host.Name} could take one"
            : open.All(m => m.MemoryMiB > host.FreeMemoryMiB) ? $"{host.Name} has room for none ({Math.Max(0, host.FreeMemoryMiB)} MiB are free)"
            : $"{host.Name} is at {Percent(host.Load?.Share ?? 0)}, and no machine fits below {Percent(settings.CoolShare)} there, gains enough and may be there";
    }
}
