using System.Runtime.CompilerServices;

namespace Holdfast.Core.Balancing.Search;

/// <summary>Where the machines of each group are, counted so that spread, dependency and "most moved in one group" are checked in a few steps.</summary>
internal sealed class GroupCounts
{
    private readonly ProblemTables tables;
    private readonly GroupTables groups;

    /// <summary>Offset of a group's counts; -1: it has no such rule.</summary>
    private readonly int[] spreadAt, reachAt;
    private readonly int[] inLocation, inNeighbourhood;
    private readonly int[] locations;

    private readonly int[] moved;

    /// <summary>How many groups have so many moved machines.</summary>
    private readonly int[] groupsWithMoved;
    private int mostMoved;

    public GroupCounts(ProblemTables tables)
    {
        this.tables = tables;
        groups = tables.Groups;
        spreadAt = Offsets(g => groups.SpreadMinimum[g] > 1, tables.Locations, out var spreadSize);
        reachAt = Offsets(g => groups.Needs[g].Length + groups.NeededBy[g].Length > 0, tables.Neighbourhoods, out var reachSize);
        inLocation = new int[spreadSize];
        inNeighbourhood = new int[reachSize];
        locations = new int[groups.Count];
        moved = new int[groups.Count];
        groupsWithMoved = new int[Enumerable.Range(0, groups.Count).Select(g => groups.First[g + 1] - groups.First[g]).DefaultIfEmpty(0).Max() + 2];
        groupsWithMoved[0] = groups.Count;
    }

    public int MostMoved => mostMoved;

    public void Change(int machine, int host, int sign)
    {
        var group = groups.Of[machine];
        if (spreadAt[group] is >= 0 and var spread)
        {
            ref var count = ref inLocation[spread + tables.Location[host]];
            count += sign;
            locations[group] += sign > 0 && count == 1 ? 1 : sign < 0 && count == 0 ? -1 : 0;
        }

        if (reachAt[group] is >= 0 and var reach)
        {
            inNeighbourhood[reach + tables.Neighbourhood[host]] += sign;
        }

        if (host != tables.Home[machine])
        {
            CountMoved(group, sign);
        }
    }

    /// <summary>Spread and dependency for one machine that changes its host.</summary>
    public bool MayShift(int machine, int from, int to)
    {
        var group = groups.Of[machine];
        return !groups.HasRules[group] || (KeepsSpread(group, from, to) && KeepsReach(group, -1, tables.Neighbourhood[from], tables.Neighbourhood[to]));
    }

    /// <summary>Spread and dependency for two machines of different groups that change places.</summary>
    public bool MaySwap(int one, int other, int hostOfOne, int hostOfOther)
    {
        int first = groups.Of[one], second = groups.Of[other];
        int from = tables.Neighbourhood[hostOfOne], to = tables.Neighbourhood[hostOfOther];
        return (!groups.HasRules[first] || (KeepsSpread(first, hostOfOne, hostOfOther) && KeepsReach(first, second, from, to))) &&
            (!groups.HasRules[second] || (KeepsSpread(second, hostOfOther, hostOfOne) && KeepsReach(second, first, to, from)));
    }

    /// <summary>How much the largest number of moved machines in one group changes when this group's number changes by up to two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int MostMovedChange(int group, int change)
    {
        var count = moved[group];
        if (change >= 0)
        {
            return Math.Max(0, count + change - mostMoved);
        }

        return count < mostMoved || groupsWithMoved[count] > 1 ? 0
            : change == -1 || groupsWithMoved[count - 1] > 0 ? -1 : -2;
    }

    /// <summary>The same for two different groups at once.</summary>
    public int MostMovedChange(int one, int change, int other, int otherChange)
    {
        int first = moved[one] + change, second = moved[other] + otherChange;
        var remaining = groupsWithMoved[mostMoved] - (moved[one] == mostMoved ? 1 : 0) - (moved[other] == mostMoved ? 1 : 0);

        // With no third group at the top, one of the two was there and falls by one at most, so that no third is above it.
        return Math.Max(remaining > 0 ? mostMoved : 0, Math.Max(first, second)) - mostMoved;
    }

    private int[] Offsets(Func<int, bool> has, int size, out int total)
    {
        var offsets = new int[groups.Count];
        total = 0;
        for (var g = 0; g < groups.Count; g++)
        {
            offsets[g] = has(g) ? total : -1;
            total += has(g) ? size : 0;
        }

        return offsets;
    }

    private void CountMoved(int group, int sign)
    {
        groupsWithMoved[moved[group]]--;
        moved[group] += sign;
        groupsWithMoved[moved[group]]++;
        mostMoved = Math.Max(mostMoved, moved[group]);
        while (groupsWithMoved[mostMoved] == 0)
        {
            mostMoved--;
        }
    }

    private bool KeepsSpread(int group, int from, int to)
    {
        var at = spreadAt[group];
        if (at < 0 || tables.Location[from] == tables.Location[to] || inLocation[at + tables.Location[from]] > 1)
        {
            return true;
        }

        return inLocation[at + tables.Location[to]] == 0 || locations[group] > groups.SpreadMinimum[group];
    }

    /// <summary>
    /// A group that enters a neighbourhood needs its needed groups there; one that leaves it may not be needed there. <paramref name="partner"/> is the
    /// group that goes the other way in a swap, -1 for none.
    /// </summary>
    private bool KeepsReach(int group, int partner, int from, int to)
    {
        var at = reachAt[group];
        if (at < 0 || from == to)
        {
            return true;
        }

        if (inNeighbourhood[at + to] == 0)
        {
            foreach (var needed in groups.Needs[group])
            {
                if (needed != group && inNeighbourhood[reachAt[needed] + to] - (needed == partner ? 1 : 0) <= 0)
                {
                    return false;
                }
            }
        }

        if (inNeighbourhood[at + from] == 1)
        {
            foreach (var needing in groups.NeededBy[group])
            {
                if (needing != group && inNeighbourhood[reachAt[needing] + from] + (needing == partner ? 1 : 0) > 0)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
