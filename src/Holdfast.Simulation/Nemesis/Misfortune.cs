using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A swarm of faults: which kinds, and how often each, is drawn from the seed, so that some runs see many of one kind and some see few of all.</summary>
internal sealed class Misfortune
{
    private readonly SimulatedCluster cluster;
    private readonly Dice dice;
    private readonly List<Action> open = [];
    private readonly SortedDictionary<string, long> struck = new(StringComparer.Ordinal);
    private readonly List<(Fault Fault, TimeSpan Every)> chosen = [];
    private bool over;

    public Misfortune(SimulatedCluster cluster, double intensity)
    {
        this.cluster = cluster;
        dice = cluster.Dice.Apart();
        var all = AllFaults.For(cluster, dice);
        if (cluster.Weakening.Focus is { Count: > 0 } focus)
        {
            chosen.AddRange(all.Where(f => focus.Contains(f.GetType().Name)).Select(f => (f, dice.Seconds(8, 30))));
            return;
        }

        var share = 0.1 + (dice.Fraction() * 0.6);
        foreach (var fault in all.Where(f => (!cluster.Options.HarmlessOnly || f.IsHarmless) && dice.Chance(share)))
        {
            // From one in ten seconds to one in ten minutes, evenly over the scale.
            chosen.Add((fault, TimeSpan.FromSeconds(10 * Math.Pow(60, dice.Fraction()) / intensity)));
        }
    }

    /// <summary>How often each kind has struck.</summary>
    public IReadOnlyDictionary<string, long> Struck => struck;

    public void Begin()
    {
        foreach (var (fault, every) in chosen)
        {
            Next(fault, every);
        }
    }

    /// <summary>No more faults; what is broken is healed, hosts that are off are switched on.</summary>
    public void End()
    {
        over = true;
        foreach (var heal in open.ToArray())
        {
            heal();
        }

        open.Clear();
        foreach (var host in cluster.Hosts.Where(h => !h.On))
        {
            host.PowerOn();
        }

        cluster.Trace("faults are over");
    }

    private void Next(Fault fault, TimeSpan every) => cluster.Timeline.After(every * -Math.Log(1 - dice.Fraction()), () =>
    {
        if (over)
        {
            return;
        }

        Strike(fault);
        Next(fault, every);
    });

    private void Strike(Fault fault)
    {
        var lasts = fault.Lasts();
        var heal = fault.Strike();
        struck[fault.Name] = struck.GetValueOrDefault(fault.Name) + 1;
        cluster.Trace($"fault: {fault.Name} ({fault.Where})");
        if (heal is null)
        {
            return;
        }

        var where = fault.Where;
        void Heal()
        {
            if (open.Remove(Heal))
            {
                cluster.Trace($"healed: {fault.Name} ({where})");
                heal();
            }
        }

        open.Add(Heal);
        cluster.Timeline.After(lasts, Heal);
    }
}
