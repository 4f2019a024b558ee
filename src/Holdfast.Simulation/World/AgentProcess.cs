using System.Collections.Immutable;
using Holdfast.Core;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Runtime;
using Holdfast.Runtime.Hosting;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>
/// One life of holdfastd: the real core and the real driver, fed one input at a time in the same rhythm as the daemon's loop. It may be killed
/// between any two of the effects of one step.
/// </summary>
internal sealed class AgentProcess
{
    private static readonly TimeSpan GuardLimit = TimeSpan.FromSeconds(2);
    private readonly Driver driver;
    private readonly Dictionary<long, Action<string?>> orders = [];
    private readonly Dictionary<string, ulong> seen = new(StringComparer.Ordinal);
    private readonly Action<AgentInput> take;
    private readonly Action tickOn;
    private ulong versionsSeen;
    private long lastOrder;
    private int effectsToLive = int.MaxValue;

    public AgentProcess(SimulatedHost host)
    {
        Host = host;
        Scope = new(host.Life);
        var cluster = host.Cluster;
        Core = new(host.Settings(cluster.Dice.Number()));
        var ports = new AgentPorts(
            host.Clock, new SimulatedLeaseAreas(this), Guard = new(this), Hypervisor = new(this), Heartbeats = new(this), Peers = new(this), new SimulatedFence(this), new SimulatedDefinitions(this));
        driver = new(Core, ports, input => cluster.Timeline.After(TimeSpan.Zero, Scope, () => Take(input)))
        {
            Decided = decision => cluster.Decided(host, decision),
            OrderEnded = (order, refusal) =>
            {
                if (orders.Remove(order, out var done))
                {
                    done(refusal);
                }
            },
        };
        (take, tickOn) = (driver.Take, TickOn);
        driver.Connect();
    }

    public SimulatedHost Host { get; }

    public Scope Scope { get; }

    public HostAgent Core { get; }

    public SimulatedGuardPort Guard { get; }

    public SimulatedHypervisor Hypervisor { get; }

    public SimulatedHeartbeats Heartbeats { get; }

    public SimulatedPeers Peers { get; }

    public int OpenOrders => orders.Count;

    public void Start()
    {
        var time = Host.Cluster.Timeline;
        if (Host.DrainedBy is { } by)
        {
            Take(new DrainSet(true, by));
        }

        time.After(Host.Cluster.Dice.Milliseconds(20, 120), Scope, () => Host.Guard?.Connect(this));
        var opener = new DatastoreOpener(
            new SimulatedLeaseAreas(this), Host.Cluster.Id, Host.Index, driver,
            act => time.After(TimeSpan.Zero, Scope, () => Guarded(static act => act(), act)), (delay, act) => time.After(delay, Scope, act));
        foreach (var store in Host.Cluster.Stores)
        {
            opener.Add(store.Name, store.Path, store.Drain);
        }

        time.After(TimeSpan.Zero, Scope, tickOn);
        time.After(TimeSpan.Zero, Scope, Measure);
    }

    public void Take(AgentInput input) => Guarded(take, input);

    /// <summary>The order's end comes once, unless this agent dies before.</summary>
    public void Order(AgentOrder order, Action<string?> done)
    {
        Host.Cluster.Ordered(Host, order);
        orders[++lastOrder] = refusal =>
        {
            Host.Cluster.OrderEnded(Host, order, refusal);
            done(refusal);
        };
        Take(new OrderGiven(lastOrder, order));
    }

    /// <summary>Kill it after this many more effects.</summary>
    public void DieAfter(int effects) => effectsToLive = effects;

    /// <summary>Every port asks this first: here, between two effects, a doomed agent ends.</summary>
    public void MayDie()
    {
        if (effectsToLive-- <= 0)
        {
            throw new AgentDied();
        }
    }

    private void TickOn()
    {
        Take(new Tick());
        Host.Cluster.Timeline.After(Host.Clock.TrueSpan(AgentRhythm.TickEvery), Scope, tickOn);
    }

    private void Measure()
    {
        var promised = Core.PromisedMiB;
        Take(new ConditionsMeasured(Host.HasQuorum, Host.MemoryMiB - promised, 50, Host.GuestNetworkUp, promised) { Links = Host.Cluster.OwnLinks, Load = Load(promised) });
        Host.Cluster.Timeline.After(Host.Clock.TrueSpan(AgentRhythm.MeasureEvery), Scope, Measure);
    }

    private HostLoad Load(long promised)
    {
        var cpus = Host.Cluster.Options.Cpus;
        return new(cpus, Math.Min(cpus, Host.Guests.Where(g => g.Executing).Sum(g => g.Wants)), Host.MemoryMiB, promised);
    }

    /// <summary>No table goes back in an agent's life, so a new version shows in their sum.</summary>
    private void ShowTables()
    {
        if (Core.TableVersions == versionsSeen)
        {
            return;
        }

        versionsSeen = Core.TableVersions;
        foreach (var (store, table) in Core.Tables)
        {
            if (table.Version > seen.GetValueOrDefault(store))
            {
                seen[store] = table.Version;
                Host.Cluster.TableSeen(Host, store, table);
            }
        }
    }

    private void Guarded<T>(Action<T> act, T argument)
    {
        if (Scope.Ended)
        {
            return;
        }

        try
        {
            act(argument);
            ShowTables();
        }
        catch (AgentDied)
        {
            Host.Cluster.Count("agent killed between two effects");
            Host.KillAgent(TimeSpan.FromSeconds(1));
        }
        catch (BrokenInvariantException broken)
        {
            Host.Cluster.Violated("invariant", $"the agent of {Host.Name} broke an invariant: {broken.Message}");
            Host.KillAgent(TimeSpan.FromSeconds(1));
        }
    }
}
