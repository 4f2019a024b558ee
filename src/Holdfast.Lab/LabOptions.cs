namespace Holdfast.Lab;

/// <summary>What a lab is made of. Kept in the lab's state, so a second <c>lab up</c> finds the same lab.</summary>
public sealed record LabOptions
{
    /// <summary>Name of the lab when none is given.</summary>
    public const string DefaultName = "lab";

    /// <summary>Labs of different names live side by side, with other address ranges.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>How many hosts, named h1, h2, … (1 to 32).</summary>
    public int Hosts { get; init; } = 3;

    /// <summary>Timing profile of the agents: fast, standard, san.</summary>
    public string Profile { get; init; } = "fast";

    /// <summary>Whether the agents know the lab's power switch as a fence device.</summary>
    public bool Fence { get; init; } = true;

    /// <summary>Whether the agents know a power strip, too, which is asked when the power switch fails. It cuts the power alone, not the path to the store.</summary>
    public bool PowerStrip { get; init; }

    /// <summary>Whether the agents may fence after `suspect` instead of after ttl + stop.</summary>
    public bool FastShot { get; init; } = true;

    /// <summary>Whether the guards are given the watchdog stand-in.</summary>
    public bool Watchdog { get; init; } = true;

    /// <summary>Machines that move live at once, away from a host and in the whole lab; null: the agents' own default.</summary>
    public int? MigrationsAtOnce { get; init; }

    /// <summary>Milliseconds that a migration's pause is planned for at first; null: the agents' own default.</summary>
    public int? MigrationFirstPauseMs { get; init; }

    /// <summary>Whether QEMU has certificates and the agents encrypt what a migration sends.</summary>
    public bool MigrationTls { get; init; } = true;

    /// <summary>Whether each host counts one processor for machines, and relieves itself when they want more of it than <c>AgentBalancing</c> says.</summary>
    public bool Balancing { get; init; }

    /// <summary>MiB for machines on each host; null: what the whole machine has left, which all hosts share and each measures at another instant.</summary>
    public int? HostMemoryMiB { get; init; }

    /// <summary>Whether steps of the agents can be held (<see cref="LabFault.Point"/>).</summary>
    public bool FaultPoints { get; init; }

    /// <summary>"kvm", "tcg", or null to find out by starting a guest.</summary>
    public string? Acceleration { get; init; }

    /// <summary>The switches: name and role. Names end up in interface names, so at most nine characters.</summary>
    public IReadOnlyList<LabNetwork> Networks { get; init; } =
        [new("cluster", "cluster"), new("migration", "migration"), new("storage", "storage"), new("guest", "guest")];

    /// <summary>Folder of holdfast, holdfastd and holdfast-guard; null: $HOLDFAST_BIN, else the folder of this executable.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Whether each network has two switches and each link to it a cable into both.</summary>
    public bool Redundant { get; init; }

    /// <summary>Whether guard, agent and the datastore are started at all (false: bare hosts with libvirtd and the mounted store).</summary>
    public bool Product { get; init; } = true;
}

/// <summary>One network of the lab; every host has one link to it.</summary>
public sealed record LabNetwork(string Name, string Role);
