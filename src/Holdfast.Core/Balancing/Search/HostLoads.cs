using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// What every host carries and what that costs. A host's block is its excess over the safety capacity and its room under the hard capacity, by resource, side by side
/// in memory, because both are read together. A moved machine's transient resources stay taken on its home.
/// </summary>
internal sealed class HostLoads
{
    private readonly ProblemTables tables;
    private readonly int width;
    private readonly double[] block;
    private readonly double[] curve;
    private readonly double[] cost;

    /// <summary>By host and balance target: Target · free(First) − free(Second) at the safety capacity; the excess moves it from there.</summary>
    private readonly double[] balanceBase;

    public HostLoads(ProblemTables tables)
    {
        this.tables = tables;
        width = tables.Width;
        block = new double[tables.Hosts * 2 * width];
        curve = new double[tables.HasEvenness ? tables.Hosts * 2 * width : 0];
        cost = new double[tables.Hosts];
        balanceBase = new double[tables.Hosts * tables.Balances.Length];
        FillBases();
        Clear();
    }

    /// <summary>Empties every host.</summary>
    public void Clear()
    {
        Array.Clear(block);
        for (var h = 0; h < tables.Hosts; h++)
        {
            var host = tables.Problem.Hosts[h];
            for (var r = 0; r < host.Capacity.Length; r++)
            {
                block[(h * 2 * width) + r] = -host.Safety[r];
                block[(h * 2 * width) + width + r] = host.Capacity[r];
            }
        }

        RefreshAll();
    }

    public void RefreshAll()
    {
        for (var h = 0; h < tables.Hosts; h++)
        {
            Refresh(h);
        }
    }

    public double Cost(int host) => cost[host];

    public double Total() => cost.Sum();

    /// <summary>The change of a host's cost if <paramref name="machine"/> left it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Leave(int machine, int host) => CostWith<Minus>(machine, machine, host) - cost[host];

    /// <summary>The change of a host's cost if <paramref name="machine"/> entered it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Enter(int machine, int host) => CostWith<Plus>(machine, machine, host) - cost[host];

    /// <summary>The change of a host's cost if one machine entered it and another left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Exchange(int entering, int leaving, int host) => CostWith<Difference>(entering, leaving, host) - cost[host];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Fits(int machine, int host)
    {
        int at = machine * width, room = ((host * 2) + 1) * width;
        var free = tables.Home[machine] == host;
        for (var k = 0; k < width; k += Lanes.Count)
        {
            var demand = Lanes.At(tables.Demand, at + k);
            demand = free ? Vector256.AndNot(demand, Lanes.At(tables.TransientMask, k)) : demand;
            if (Vector256.GreaterThanAny(demand, Vector256.Max(Lanes.At(block, room + k), Vector256<double>.Zero)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Fits <paramref name="entering"/> on a host that <paramref name="leaving"/> leaves? An overfull resource may only get better.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool FitsInstead(int entering, int leaving, int host)
    {
        int at = entering * width, from = leaving * width, room = ((host * 2) + 1) * width;
        bool comesHome = tables.Home[entering] == host, leavesHome = tables.Home[leaving] == host;
        for (var k = 0; k < width; k += Lanes.Count)
        {
            var mask = Lanes.At(tables.TransientMask, k);
            var takes = Lanes.At(tables.Demand, at + k);
            var gives = Lanes.At(tables.Demand, from + k);
            takes = comesHome ? Vector256.AndNot(takes, mask) : takes;
            gives = leavesHome ? Vector256.AndNot(gives, mask) : gives;
            if (Vector256.GreaterThanAny(takes - gives, Vector256.Max(Lanes.At(block, room + k), Vector256<double>.Zero)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes a machine out of a host (sign −1) or puts it in (sign 1).</summary>
    public void Change(int machine, int host, double sign)
    {
        int at = machine * width, excess = host * 2 * width;
        var free = tables.Home[machine] == host;
        for (var k = 0; k < width; k += Lanes.Count)
        {
            var demand = Lanes.At(tables.Demand, at + k) * sign;
            Lanes.Add(block, excess + k, demand);
            Lanes.Add(block, excess + width + k, -(free ? Vector256.AndNot(demand, Lanes.At(tables.TransientMask, k)) : demand));
        }
    }

    /// <summary>Sets aside what a machine holds on its home wherever it is.</summary>
    public void HoldTransient(int machine)
    {
        for (var k = 0; k < width; k += Lanes.Count)
        {
            var demand = Lanes.At(tables.Demand, (machine * width) + k);
            Lanes.Add(block, (((tables.Home[machine] * 2) + 1) * width) + k, -(demand & Lanes.At(tables.TransientMask, k)));
        }
    }

    public void Refresh(int host) => cost[host] = CostWith<Nothing>(0, 0, host);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double CostWith<TChange>(int machine, int other, int host)
        where TChange : struct, IChange
    {
        int at = machine * width, from = other * width, excess = host * 2 * width;
        var sum = Vector256<double>.Zero;
        for (var k = 0; k < width; k += Lanes.Count)
        {
            var value = TChange.Apply(Lanes.At(block, excess + k), tables.Demand, at + k, from + k);
            sum += Vector256.Max(value, Vector256<double>.Zero) * Lanes.At(tables.LoadWeight, k);
            if (tables.HasEvenness)
            {
                sum += value * ((value * Lanes.At(curve, excess + k)) + Lanes.At(curve, excess + width + k));
            }
        }

        var total = Vector256.Sum(sum);
        for (var b = 0; b < tables.Balances.Length; b++)
        {
            ref readonly var balance = ref tables.Balances[b];
            double first = TChange.Apply(block[excess + balance.First], tables.Demand, at + balance.First, from + balance.First),
                second = TChange.Apply(block[excess + balance.Second], tables.Demand, at + balance.Second, from + balance.Second);
            total += balance.Weight * Math.Max(0, balanceBase[(host * tables.Balances.Length) + b] - (balance.Target * first) + second);
        }

        return total;
    }

    /// <summary>The square of (excess + safety) / capacity as a curve of the excess, without its constant, which no move changes.</summary>
    private void FillBases()
    {
        for (var h = 0; h < tables.Hosts; h++)
        {
            var host = tables.Problem.Hosts[h];
            for (var r = 0; r < host.Capacity.Length && tables.HasEvenness; r++)
            {
                var square = host.Capacity[r] > 0 ? tables.Problem.Resources[r].Evenness / (host.Capacity[r] * host.Capacity[r]) : 0;
                curve[(h * 2 * width) + r] = square;
                curve[(h * 2 * width) + width + r] = 2 * square * host.Safety[r];
            }

            for (var b = 0; b < tables.Balances.Length; b++)
            {
                var (first, second, target, _) = tables.Balances[b];
                balanceBase[(h * tables.Balances.Length) + b] = (target * (host.Capacity[first] - host.Safety[first])) - (host.Capacity[second] - host.Safety[second]);
            }
        }
    }
}
