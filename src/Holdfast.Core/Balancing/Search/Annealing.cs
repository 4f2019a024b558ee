namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// Simulated annealing over shifts and swaps (S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, "Optimization by simulated annealing", Science 220, 1983; for this problem
/// G. M. Portal et al. 2016), with trials that lead home.
/// </summary>
internal sealed class Annealing(SearchState state, RandomSource random, AnnealingSettings settings)
{
    /// <summary>Trials between two looks at the progress: a fraction of a millisecond to a few.</summary>
    private const int Round = 4096;

    /// <summary>Trials between two new sums of the cost, which take time for every machine.</summary>
    private const int Refresh = 256 * Round;

    /// <summary>Beyond so many temperatures a worsening is not accepted in any run that anybody waits for (e^-20), and need not be drawn.</summary>
    private const double Hopeless = 20;
    private readonly ProblemTables tables = state.Tables;
    private double temperature;

    public BestAssignment Best { get; } = new(state);

    public long Tried { get; private set; }

    public void Run(Func<double> progress)
    {
        if (tables.Machines == 0)
        {
            return;
        }

        for (var done = progress(); done < 1; done = progress())
        {
            temperature = settings.Hottest * Math.Pow(settings.Coldest / settings.Hottest, done);
            if (Tried % Refresh == 0)
            {
                state.Refresh();
            }

            for (var i = 0; i < Round; i++)
            {
                Try();
            }

            Tried += Round;
        }
    }

    private void Try()
    {
        var kind = random.Share();
        if (kind < settings.HomeShare)
        {
            TryHome(shift: kind * 2 < settings.HomeShare);
            return;
        }

        var machine = random.Below(tables.Machines);
        if (kind - settings.HomeShare < (1 - settings.HomeShare) / 2)
        {
            TryShift(machine, random.Below(tables.Hosts));
        }
        else
        {
            TrySwap(machine, random.Below(tables.Machines));
        }
    }

    private void TryHome(bool shift)
    {
        var displaced = state.Displaced;
        if (displaced.Length == 0)
        {
            return;
        }

        var machine = displaced[random.Below(displaced.Length)];
        var home = tables.Home[machine];
        var there = state.Members[home];
        if (shift || there.Length == 0)
        {
            TryShift(machine, home);
        }
        else
        {
            TrySwap(machine, there[random.Below(there.Length)]);
        }
    }

    private void TryShift(int machine, int to)
    {
        if (state.HostOf[machine] == to || !state.MayShift(machine, to))
        {
            return;
        }

        var change = state.LeaveChange(machine) + state.EnterChange(machine, to);
        if (Accepts(change))
        {
            state.Shift(machine, to, change);
            Best.Note(machine);
            Best.KeepIfBetter();
        }
    }

    private void TrySwap(int one, int other)
    {
        if (state.HostOf[one] == state.HostOf[other] || !state.MaySwap(one, other))
        {
            return;
        }

        var change = state.SwapChange(one, other);
        if (Accepts(change))
        {
            state.Swap(one, other, change);
            Best.Note(one);
            Best.Note(other);
            Best.KeepIfBetter();
        }
    }

    private bool Accepts(double change) =>
        change <= 0 || (change < temperature * Hopeless && random.Share() < Math.Exp(-change / temperature));
}
