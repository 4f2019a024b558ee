using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// One assignment with everything that makes a change of it cheap to judge: a shift or a swap costs O(resources + dependencies), as in G. M. Portal et al., "Simulated
/// annealing for the machine reassignment problem", Annals of Operations Research 242, 2016. Machines have the numbers of <see cref="ProblemTables"/>.
/// </summary>
internal sealed class SearchState
{
    private readonly GroupTables groups;
    private readonly HostLoads loads;
    private readonly GroupCounts counts;
    private readonly HostMembers members;
    private readonly HostMembers displaced;
    private readonly int[] host;
    private readonly double largestGroupPrice;

    public SearchState(ProblemTables tables, ReadOnlySpan<int> start)
    {
        Tables = tables;
        groups = tables.Groups;
        largestGroupPrice = tables.Problem.LargestGroupPrice;
        loads = new HostLoads(tables);
        counts = new GroupCounts(tables);
        members = new HostMembers(tables.Hosts, tables.Machines);
        displaced = new HostMembers(1, tables.Machines);
        host = start.ToArray();
        for (var m = 0; m < host.Length; m++)
        {
            loads.HoldTransient(m);
            Place(m, host[m]);
        }

        Refresh();
    }

    public ProblemTables Tables { get; }

    public double Cost { get; private set; }

    public ReadOnlySpan<int> HostOf => host;

    public HostMembers Members => members;

    /// <summary>The machines that are not on their home.</summary>
    public ReadOnlySpan<int> Displaced => displaced[0];

    /// <summary>The load, evenness and balance cost of one host.</summary>
    public double HostCost(int ofHost) => loads.Cost(ofHost);

    public ImmutableArray<int> Assignment() => Tables.ToProblem(host);

    /// <summary>Recomputes the sums, so that rounding cannot add up over millions of moves when amounts are no whole numbers.</summary>
    public void Refresh()
    {
        loads.RefreshAll();
        Cost = loads.Total() + (largestGroupPrice * counts.MostMoved);
        for (var m = 0; m < host.Length; m++)
        {
            Cost += MovePrice(m, host[m]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double MovePrice(int machine, int to)
    {
        var home = Tables.Home[machine];
        var price = home == to ? 0 : Tables.MovePrice[machine];
        return Tables.PairLevel is { } level ? price + Tables.PairPrice[level[(home * Tables.Hosts) + to]] : price;
    }

    /// <summary>What leaving its host gains (negative) or costs: the half of a shift that does not depend on the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double LeaveChange(int machine) => loads.Leave(machine, host[machine]);

    /// <summary>The rest of a shift's price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double EnterChange(int machine, int to)
    {
        var change = loads.Enter(machine, to);
        return change + PriceChange(machine, to);
    }

    /// <summary>The change of the move prices alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double PriceChange(int machine, int to)
    {
        var change = MovePrice(machine, to) - MovePrice(machine, host[machine]);
        return largestGroupPrice == 0 ? change : change + (largestGroupPrice * counts.MostMovedChange(groups.Of[machine], MovedChange(machine, to)));
    }

    /// <summary>Every hard rule for a shift, the cheapest and most often broken first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayShift(int machine, int to) =>
        loads.Fits(machine, to) && IsFreeOfGroup(machine, to) && IsAllowed(machine, to) && counts.MayShift(machine, host[machine], to);

    public void Shift(int machine, int to, double change)
    {
        var from = host[machine];
        Displace(machine, from);
        host[machine] = to;
        Place(machine, to);
        loads.Refresh(from);
        loads.Refresh(to);
        Cost += change;
    }

    /// <summary>The change of cost if two machines on different hosts changed places.</summary>
    public double SwapChange(int one, int other)
    {
        int from = host[one], to = host[other];
        var change = loads.Exchange(other, one, from) + loads.Exchange(one, other, to) +
            MovePrice(one, to) - MovePrice(one, from) + MovePrice(other, from) - MovePrice(other, to);
        if (largestGroupPrice == 0)
        {
            return change;
        }

        int first = MovedChange(one, to), second = MovedChange(other, from);
        return change + (largestGroupPrice * (groups.Of[one] == groups.Of[other]
            ? counts.MostMovedChange(groups.Of[one], first + second)
            : counts.MostMovedChange(groups.Of[one], first, groups.Of[other], second)));
    }

    public bool MaySwap(int one, int other)
    {
        int from = host[one], to = host[other];
        if (!loads.FitsInstead(one, other, to) || !loads.FitsInstead(other, one, from))
        {
            return false;
        }

        if (groups.Of[one] != groups.Of[other] &&
            !(IsFreeOfGroup(one, to) && IsFreeOfGroup(other, from) && counts.MaySwap(one, other, from, to)))
        {
            return false;
        }

        return IsAllowed(one, to) && IsAllowed(other, from);
    }

    public void Swap(int one, int other, double change)
    {
        int from = host[one], to = host[other];
        Displace(one, from);
        Displace(other, to);
        host[one] = to;
        host[other] = from;
        Place(one, to);
        Place(other, from);
        loads.Refresh(from);
        loads.Refresh(to);
        Cost += change;
    }

    private void Place(int machine, int to)
    {
        loads.Change(machine, to, 1);
        counts.Change(machine, to, 1);
        members.Add(machine, to);
        if (to != Tables.Home[machine])
        {
            displaced.Add(machine, 0);
        }
    }

    private void Displace(int machine, int from)
    {
        loads.Change(machine, from, -1);
        counts.Change(machine, from, -1);
        members.Remove(machine, from);
        if (from != Tables.Home[machine])
        {
            displaced.Remove(machine, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFreeOfGroup(int machine, int to)
    {
        var group = groups.Of[machine];
        int first = groups.First[group], size = groups.First[group + 1] - first;
        return size == 1 || !host.AsSpan(first, size).Contains(to);
    }

    private bool IsAllowed(int machine, int to) => !Tables.Fixed[machine] && (Tables.Allowed?[machine] is not { } allowed || allowed[to]);

    private int MovedChange(int machine, int to) =>
        (to == Tables.Home[machine] ? 0 : 1) - (host[machine] == Tables.Home[machine] ? 0 : 1);
}
