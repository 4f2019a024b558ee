using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>One kind of misfortune. <see cref="Strike"/> makes it happen now, somewhere that the dice choose.</summary>
internal abstract class Fault(SimulatedCluster cluster, Dice dice)
{
    /// <summary>Lower-case words, as the report counts it.</summary>
    public abstract string Name { get; }

    /// <summary>What was hit last, for the trace.</summary>
    public string Where { get; protected set; } = "";

    protected SimulatedCluster Cluster => cluster;

    protected Dice Dice => dice;

    protected Timeline Time => cluster.Timeline;

    /// <summary>It does not touch a machine, its disk's path or its host's life: it must cost no machine anything.</summary>
    public virtual bool IsHarmless => false;

    /// <summary>How long it lasts this time.</summary>
    public virtual TimeSpan Lasts() => dice.Seconds(1, 40);

    /// <summary>How it is healed; null when nothing is left to heal, or nothing could be hit.</summary>
    public abstract Action? Strike();

    protected SimulatedHost? AnyHost()
    {
        var on = cluster.Hosts.Where(h => h.On).ToList();
        if (on.Count == 0)
        {
            return null;
        }

        var host = dice.Any(on);
        Where = host.Name;
        return host;
    }

    /// <summary>In a run in which nothing may come of it, a network that no disk hangs on.</summary>
    protected SimulatedNetwork AnyNetwork() =>
        cluster.Options.HarmlessOnly ? cluster.Networks[dice.Below(Math.Max(1, cluster.Networks.Length - 1))] : dice.Any(cluster.Networks);

    /// <summary>Cuts these links and gives back how to heal them.</summary>
    protected static Action Cut(IEnumerable<Link> links)
    {
        var all = links.ToArray();
        foreach (var link in all)
        {
            link.Cut();
        }

        return () =>
        {
            foreach (var link in all)
            {
                link.Heal();
            }
        };
    }

    /// <summary>Changes something of a host and gives back how to change it back.</summary>
    protected Action? Change(Action<SimulatedHost> harm, Action<SimulatedHost> heal)
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        harm(host);
        return () => heal(host);
    }
}
