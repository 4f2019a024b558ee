namespace Holdfast.Simulation.World;

/// <summary>One write on its way from a host to a store.</summary>
internal sealed class StoreWrite(SimulatedHost host, Scope caller, int sectors, Action<int> land, Action<string?> done, TimeSpan began)
{
    public SimulatedHost Host => host;

    public Scope Caller => caller;

    public int Sectors => sectors;

    public Action<int> Land => land;

    public Action<string?> Done => done;

    public TimeSpan Began => began;

    /// <summary>It has left the host.</summary>
    public bool Sent { get; set; }

    /// <summary>The server has cut its host's path: nothing of it lands any more.</summary>
    public bool Refused { get; set; }

    /// <summary>It has landed, or never lands by itself any more.</summary>
    public bool Over { get; set; }
}
