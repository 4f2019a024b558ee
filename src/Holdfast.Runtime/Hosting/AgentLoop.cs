using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Runtime.Ports;

namespace Holdfast.Runtime.Hosting;

/// <summary>
/// One host's agent at work: one thread takes the inputs one at a time through core and driver. Nothing in it blocks; everything slow is behind
/// the ports. A broken invariant ends the process: the guard and the leases then keep the machines right.
/// </summary>
public sealed class AgentLoop : IAgent, IDisposable
{
    private static readonly TimeSpan SnapshotEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OrderLimit = TimeSpan.FromMinutes(10);
    private readonly BlockingQueue<Action> inbox = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<string?>> orders = new();
    private readonly DatastoreOpener opener;
    private readonly AgentPorts ports;
    private readonly HostAgent core;
    private readonly Driver driver;
    private readonly Thread thread;
    private readonly Action<Exception> broken;
    private long lastOrder;
    private volatile HostSnapshot snapshot;
    private volatile bool stopping;

    /// <param name="broken">Called on the loop's thread when the core broke an invariant or threw; nothing is decided after it.</param>
    public AgentLoop(AgentSettings settings, ClusterId cluster, AgentPorts ports, Action<Exception> broken)
    {
        (this.ports, this.broken) = (ports, broken);
        core = new(settings);
        snapshot = core.Snapshot();
        driver = new(core, ports, Post)
        {
            Decided = d => Decided?.Invoke(d),
            OrderEnded = (order, refusal) =>
            {
                if (orders.TryRemove(order, out var waiting))
                {
                    // The snapshot that a caller reads after its order must show what the order did.
                    snapshot = core.Snapshot();
                    waiting.TrySetResult(refusal);
                }
            },
        };
        opener = new(ports.Areas, cluster, settings.Slot, driver, Enqueue, (delay, act) => Task.Delay(delay).ContinueWith(_ => act(), TaskScheduler.Default));
        driver.Connect();
        thread = new(Run) { Name = "agent", IsBackground = true, Priority = ThreadPriority.AboveNormal };
    }

    public HostSnapshot Snapshot => snapshot;

    public Action<Decision>? Decided { get; set; }

    /// <summary>How long one input took. Set once before the start; called from the loop, so it must be as good as free.</summary>
    public Action<TimeSpan>? Stepped { get; set; }

    public void Start() => thread.Start();

    public void Post(AgentInput input)
    {
        Enqueue(() => driver.Take(input));
    }

    public async Task<string?> Order(AgentOrder order)
    {
        var number = Interlocked.Increment(ref lastOrder);
        var waiting = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        orders[number] = waiting;
        Post(new OrderGiven(number, order));
        try
        {
            return await waiting.Task.WaitAsync(OrderLimit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            orders.TryRemove(number, out _);
            return $"no end of this order within {OrderLimit.TotalMinutes:0} minutes; see 'holdfast events' for what happened";
        }
    }

    public void AddDatastore(string name, string path, TimeSpan drain)
    {
        opener.Add(name, path, drain);
    }

    public void SetHighAvailability(TimeSpan disarmedFor, string by) => Post(new HighAvailabilitySet(disarmedFor, by));

    public void Redefine(MachineDefinition definition) => Post(new DefinitionChanged(definition));

    public void SetDrain(bool on, string by) => Post(new DrainSet(on, by));

    public void Measured(HostConditions c) => Post(new ConditionsMeasured(c.Quorum, c.FreeMemoryMiB, c.FreeCpuPercent, c.GuestNetworkUp, c.PromisedMiB) { Links = c.Links, Load = c.Load });

    public void Dispose()
    {
        stopping = true;
        inbox.Close();
        if (thread.IsAlive)
        {
            thread.Join(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>After the loop has been stopped nobody waits for an input any more, and it is dropped.</summary>
    private void Enqueue(Action work) => inbox.Add(work);

    private void Run()
    {
        var nextTick = ports.Clock.Now;
        var nextSnapshot = ports.Clock.Now;
        try
        {
            while (!stopping)
            {
                var wait = nextTick - ports.Clock.Now;
                if (inbox.TryTake(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, out var work))
                {
                    var began = Stopwatch.GetTimestamp();
                    work();
                    Stepped?.Invoke(Stopwatch.GetElapsedTime(began));
                }

                if (ports.Clock.Now >= nextTick)
                {
                    nextTick = ports.Clock.Now + AgentRhythm.TickEvery;
                    driver.Take(new Tick());
                }

                if (ports.Clock.Now >= nextSnapshot)
                {
                    nextSnapshot = ports.Clock.Now + SnapshotEvery;
                    snapshot = core.Snapshot();
                }
            }
        }
        catch (Exception e)
        {
            broken(e);
        }
    }
}
