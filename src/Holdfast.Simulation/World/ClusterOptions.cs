using Holdfast.Core.Balancing;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.World;

/// <summary>How one simulated cluster is built.</summary>
internal sealed record ClusterOptions(ulong Seed)
{
    /// <summary>Before the names of its hosts and machines, where there are other clusters beside it.</summary>
    public string Prefix { get; init; } = "";

    public int Hosts { get; init; } = 5;

    public int Machines { get; init; } = 10;

    public TimingPlan Plan { get; init; } = TimingPlan.Fast;

    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(4);

    public int Stores { get; init; } = 1;

    /// <summary>The first is the cluster's, the last the storage's; with three or more, one in between carries the migrations.</summary>
    public int Networks { get; init; } = 2;

    /// <summary>Largest packet of every link; 0: the hosts do not know it, and send no probes.</summary>
    public int Mtu { get; init; }

    /// <summary>The cluster network may carry migrations when the migration network is not good.</summary>
    public bool MigrationFallback { get; init; }

    /// <summary>Machines that leave one host live at once, and that go to one host.</summary>
    public int MovesAtOnce { get; init; } = 2;

    /// <summary>Machines that move live in the whole cluster at once.</summary>
    public int MovesInCluster { get; init; } = 8;

    public bool FenceDevices { get; init; } = true;

    public bool FastShot { get; init; }

    public bool FenceCutsPath { get; init; }

    /// <summary>Hosts with a watchdog; without one, silence proves nothing.</summary>
    public bool Watchdogs { get; init; } = true;

    /// <summary>Machines of this size that one host has room for.</summary>
    public int RoomPerHost { get; init; } = 8;

    /// <summary>Processors of each host; every machine has one of its own, and wants little of it unless it is told or drawn otherwise.</summary>
    public int Cpus { get; init; } = 4;

    public BalancingSettings Balancing { get; init; } = BalancingSettings.Default;

    /// <summary>What machines want changes this often while faults strike; null: never.</summary>
    public TimeSpan? LoadChanges { get; init; }

    /// <summary>Only faults that touch no machine strike, and no machine may notice any.</summary>
    public bool HarmlessOnly { get; init; }

    public bool KeepTrace { get; init; }

    public Weakening Weakening { get; init; } = Weakening.None;

    /// <summary>Balanced by itself, with a hold time that fits a short run.</summary>
    public ClusterOptions Balanced() => this with
    {
        Cpus = 2,
        LoadChanges = TimeSpan.FromSeconds(15),
        Balancing = new(BalanceMode.Automatic, BalancerSettings.Default with { Hold = TimeSpan.FromSeconds(20), CoolDown = TimeSpan.FromMinutes(10), MovesPerRound = 4 }),
    };
}
