namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// Steepest steps off the costliest hosts: for a host, the best shift of one of its machines to any other host, and if none pays, the best swap with the cheapest hosts. A host where
/// nothing pays is left alone until one of the two hosts of a later step is that host again.
/// </summary>
internal sealed class Relief(SearchState state, double margin)
{
    /// <summary>Hosts that a machine is compared with: beyond some hundreds the cheapest ones are as good as all.</summary>
    private const int Targets = 256;

    /// <summary>Hosts that a swap is looked for on; a swap's search is machines times longer than a shift's.</summary>
    private const int Partners = 8;
    private readonly ProblemTables tables = state.Tables;
    private readonly PriorityQueue<int, (double, int)> costliest = new();
    private readonly double[] priced = new double[state.Tables.Hosts];
    private int[] cheapest = [];

    public long Tried { get; private set; }

    public void Run(int limit, Func<bool> shouldStop)
    {
        for (var h = 0; h < tables.Hosts; h++)
        {
            Queue(h);
        }

        for (var step = 0; costliest.Count > 0 && state.Displaced.Length < limit && !shouldStop(); step++)
        {
            if (step % Partners == 0)
            {
                cheapest = [.. Enumerable.Range(0, tables.Hosts).OrderBy(state.HostCost).ThenBy(h => h).Take(Targets)];
            }

            costliest.TryDequeue(out var host, out var cost);
            if (-cost.Item1 != priced[host])
            {
                continue;
            }

            if (Step(host) is { } other)
            {
                Queue(host);
                Queue(other);
            }
        }
    }

    private void Queue(int host)
    {
        priced[host] = state.HostCost(host);
        costliest.Enqueue(host, (-priced[host], host));
    }

    /// <summary>The other host of the step that was taken; null: none pays.</summary>
    private int? Step(int from)
    {
        if (BestShift(from) is { Machine: >= 0 } shift)
        {
            state.Shift(shift.Machine, shift.To, shift.Change);
            return shift.To;
        }

        if (BestSwap(from) is { One: >= 0 } swap)
        {
            var to = state.HostOf[swap.Other];
            state.Swap(swap.One, swap.Other, swap.Change);
            return to;
        }

        return null;
    }

    private (int Machine, int To, double Change) BestShift(int from)
    {
        var best = (Machine: -1, To: -1, Change: -margin);
        foreach (var machine in state.Members[from])
        {
            if (tables.Fixed[machine])
            {
                continue;
            }

            var leave = state.LeaveChange(machine);
            if (leave >= best.Change && tables.EnteringNeverPays && from == tables.Home[machine])
            {
                continue;
            }

            foreach (var to in cheapest)
            {
                Tried++;
                if (to != from && leave + state.EnterChange(machine, to) is var change && change < best.Change && state.MayShift(machine, to))
                {
                    best = (machine, to, change);
                }
            }
        }

        return best;
    }

    private (int One, int Other, double Change) BestSwap(int from)
    {
        // A swap is two moves and has to pay for both.
        var best = (One: -1, Other: -1, Change: -2 * margin);
        foreach (var to in cheapest.AsSpan(0, Math.Min(Partners, cheapest.Length)))
        {
            if (to == from || state.HostCost(from) == 0)
            {
                continue;
            }

            foreach (var one in state.Members[from])
            {
                foreach (var other in state.Members[to])
                {
                    Tried++;
                    if (!tables.Fixed[one] && !tables.Fixed[other] && state.SwapChange(one, other) is var change && change < best.Change && state.MaySwap(one, other))
                    {
                        best = (one, other, change);
                    }
                }
            }
        }

        return best;
    }
}
