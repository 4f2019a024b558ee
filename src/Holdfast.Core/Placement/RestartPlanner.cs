using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Holdfast.Core.Placement;

/// <summary>
/// Where machines without a host start. By priority, then the hardest first (largest share of a mean host, as in best-fit-decreasing bin packing), each on the allowed host where the fullest
/// resource stays lowest. One that does not fit may push a machine of this same plan, never a running one, to another host. What still has no host waits with its reason.
/// </summary>
public sealed class RestartPlanner
{
    private readonly RestartQuestion question;
    private readonly double[][] free;
    private readonly double[][] demand;
    private readonly int[] everyHost;
    private readonly double[] mean;
    private readonly int?[] host;
    private readonly int[][] apartOf, amongOf;
    private readonly HashSet<int>[] taken;
    private readonly int?[] part;

    private RestartPlanner(RestartQuestion question)
    {
        this.question = question;
        free = [.. question.Free.Select(f => f.ToArray())];
        demand = [.. question.Machines.Select(m => m.Demand.ToArray())];
        everyHost = [.. Enumerable.Range(0, free.Length)];
        mean = Mean(question);
        host = new int?[question.Machines.Length];
        apartOf = RulesOf(question.Machines.Length, question.Apart.Select(r => r.Machines));
        amongOf = RulesOf(question.Machines.Length, question.Among.Select(r => r.Machines));
        taken = [.. question.Apart.Select(r => r.Occupied.ToHashSet())];
        part = new int?[question.Among.Length];
    }

    /// <summary>The same plan for the same question, always.</summary>
    public static RestartPlan For(RestartQuestion question) => new RestartPlanner(question).Plan();

    private RestartPlan Plan()
    {
        var waiting = ImmutableSortedDictionary.CreateBuilder<int, string>();
        var order = Enumerable.Range(0, host.Length).OrderByDescending(m => question.Machines[m].Priority).ThenByDescending(Size).ThenBy(m => m).ToList();
        foreach (var machine in order)
        {
            if ((BestHost(machine) ?? HostAfterPush(machine)) is { } best)
            {
                Place(machine, best);
            }
            else
            {
                waiting[machine] = Reason(machine);
            }
        }

        return new([.. host], waiting.ToImmutable());
    }

    private double Size(int machine) => question.Machines[machine].Demand.Select((d, r) => mean[r] > 0 ? d / mean[r] : 0).DefaultIfEmpty(0).Max();

    private int? BestHost(int machine)
    {
        var (best, most) = (-1, -1.0);
        foreach (var candidate in Candidates(machine))
        {
            if (LeastLeft(machine, candidate) is var left && left > most && IsApart(machine, candidate))
            {
                (best, most) = (candidate, left);
            }
        }

        return best >= 0 ? best : null;
    }

    /// <summary>The hosts that the among rules leave; where a rule has no part yet, those of every part that still has room for all of the
    /// rule's machines (<paramref name="evenFull"/>: of every part).</summary>
    private int[] Candidates(int machine, bool evenFull = false)
    {
        IEnumerable<int>? hosts = null;
        foreach (var rule in amongOf[machine])
        {
            var parts = question.Among[rule].Parts;
            var open = part[rule] is { } chosen ? parts[chosen] : parts.Where(p => evenFull || HoldsAll(rule, p)).SelectMany(p => p);
            hosts = hosts is null ? open : hosts.Intersect(open);
        }

        return hosts?.ToArray() ?? everyHost;
    }

    /// <summary>Has the part room for the sum of the rule's machines? Necessary, not sufficient; it keeps the first machine from choosing a full part.</summary>
    private bool HoldsAll(int rule, ImmutableArray<int> hosts)
    {
        for (var r = 0; r < mean.Length; r++)
        {
            if (question.Among[rule].Machines.Sum(m => question.Machines[m].Demand[r]) > hosts.Sum(h => Math.Max(0, free[h][r])))
            {
                return false;
            }
        }

        return true;
    }

    private bool Fits(int machine, int candidate) => LeastLeft(machine, candidate) >= 0;

    private bool IsApart(int machine, int candidate)
    {
        foreach (var rule in apartOf[machine])
        {
            if (taken[rule].Contains(candidate))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// What the scarcest resource would have left, as a share of a mean host's; negative: no room. It is asked for every machine and host of a plan that is made once, so it is compiled with
    /// every optimisation from the start.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double LeastLeft(int machine, int candidate)
    {
        double[] needs = demand[machine], has = free[candidate];
        var least = double.PositiveInfinity;
        for (var r = 0; r < needs.Length; r++)
        {
            var left = has[r] - needs[r];
            if (left < 0 && needs[r] > 0)
            {
                return -1;
            }

            least = Math.Min(least, mean[r] > 0 ? Math.Max(0, left / mean[r]) : 0);
        }

        return least;
    }

    /// <summary>A host that gets room when one machine of this plan moves on to another.</summary>
    private int? HostAfterPush(int machine)
    {
        var allowed = Candidates(machine, evenFull: true).ToHashSet();
        for (var other = 0; other < host.Length; other++)
        {
            if (host[other] is not { } there || !allowed.Contains(there))
            {
                continue;
            }

            Remove(other);
            if (Fits(machine, there) && IsApart(machine, there))
            {
                Place(machine, there);
                var elsewhere = BestHost(other);
                Remove(machine);
                if (elsewhere is { } next)
                {
                    Place(other, next);
                    return there;
                }
            }

            Place(other, there);
        }

        return null;
    }

    private void Place(int machine, int to)
    {
        host[machine] = to;
        Take(machine, to, -1);
        foreach (var rule in apartOf[machine])
        {
            taken[rule].Add(to);
        }

        foreach (var rule in amongOf[machine])
        {
            part[rule] ??= PartWith(rule, to);
        }
    }

    private void Remove(int machine)
    {
        var from = host[machine] ?? throw new InvalidOperationException("A machine without a host cannot be taken off it.");
        host[machine] = null;
        Take(machine, from, 1);
        foreach (var rule in apartOf[machine])
        {
            taken[rule].Remove(from);
        }

        foreach (var rule in amongOf[machine].Where(rule => question.Among[rule].Machines.All(m => host[m] is null)))
        {
            part[rule] = null;
        }
    }

    private void Take(int machine, int on, double sign)
    {
        for (var r = 0; r < mean.Length; r++)
        {
            free[on][r] += sign * question.Machines[machine].Demand[r];
        }
    }

    private int PartWith(int rule, int candidate) => Enumerable.Range(0, question.Among[rule].Parts.Length).First(p => question.Among[rule].Parts[p].Contains(candidate));

    private string Reason(int machine)
    {
        var candidates = Candidates(machine);
        if (candidates.Length == 0)
        {
            return "no part of its among rule has room for all of the rule's machines";
        }

        var fitting = candidates.Where(h => Fits(machine, h)).ToList();
        return fitting.Count == 0
            ? $"none of the {candidates.Length} hosts that it may use has room for it"
            : $"{fitting.Count} hosts have room for it, and each has a machine that it must stay apart from";
    }

    private static double[] Mean(RestartQuestion question)
    {
        var resources = question.Machines.IsEmpty ? 0 : question.Machines[0].Demand.Length;
        return [.. Enumerable.Range(0, resources).Select(r => question.Free.Select(f => Math.Max(0, f[r])).DefaultIfEmpty(0).Average())];
    }

    private static int[][] RulesOf(int count, IEnumerable<ImmutableArray<int>> machines)
    {
        var byMachine = machines.SelectMany((list, rule) => list.Select(machine => (machine, rule))).ToLookup(p => p.machine, p => p.rule);
        return [.. Enumerable.Range(0, count).Select(machine => byMachine[machine].ToArray())];
    }
}
