using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>One invariant of docs/invariants.md. It sees what really happens and reports what must not.</summary>
internal abstract class Checker(SimulatedCluster cluster)
{
    /// <summary>Its name in docs/invariants.md.</summary>
    public abstract string Name { get; }

    protected SimulatedCluster Cluster => cluster;

    protected TimeSpan Now => cluster.Timeline.Now;

    /// <summary>A copy is about to execute; it is not yet among those that do.</summary>
    public virtual void BeforeExecution(Truth truth, Guest guest)
    {
    }

    public virtual void Executes(Truth truth, Guest guest)
    {
    }

    public virtual void StandsStill(Truth truth, Guest guest)
    {
    }

    /// <summary>A guest's write reaches the disk.</summary>
    public virtual void Landed(Truth truth, int era, Guest guest)
    {
    }

    public virtual void ProcessBegan(Guest guest)
    {
    }

    /// <summary>An agent acts on this version of a lease table from now on.</summary>
    public virtual void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
    }

    /// <summary>A host begins to write this into its ballot area of a lease area.</summary>
    public virtual void Written(SimulatedHost host, string store, BallotRecord record)
    {
    }

    /// <summary>Somebody orders something at this host.</summary>
    public virtual void Ordered(SimulatedHost host, AgentOrder order)
    {
    }

    /// <param name="refusal">Null: done.</param>
    public virtual void OrderEnded(SimulatedHost host, AgentOrder order, string? refusal)
    {
    }

    public virtual void Decided(SimulatedHost host, Decision decision)
    {
    }

    /// <summary>A fence device is asked for off.</summary>
    public virtual void Shot(SimulatedHost by, SimulatedHost target)
    {
    }

    /// <summary>A host that has lost the storage says that a machine is gone there.</summary>
    public virtual void GaveWord(SimulatedHost host, IsGone word)
    {
    }

    public virtual void WentDown(SimulatedHost host)
    {
    }

    /// <summary>The faults are over and the time that everything may need has passed.</summary>
    public virtual void Finally()
    {
    }

    protected void Violated(string what) => cluster.Violated(Name, what);
}
