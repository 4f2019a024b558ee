namespace Holdfast.Api;

/// <summary>
/// <c>GET /v1/vms/NAME/preflight?host=HOST&amp;maxDowntimeMs=MS</c>: what <c>…/migrate</c> would come to, by the same rules, while nothing is moved. Answered by the machine's own host within a few seconds, in which
/// it measures the path and the guest.
/// </summary>
public sealed record MigrationPreflight
{
    public required string Machine { get; init; }

    public required string From { get; init; }

    /// <summary>The host that was asked for, or the best one; null: no host can take it.</summary>
    public string? To { get; init; }

    /// <summary>The migration would begin. That it would also end is <see cref="PreflightEstimate.Converges"/>.</summary>
    public required bool Begins { get; init; }

    /// <summary>The sentence that it would be refused with; null when it would begin.</summary>
    public string? Refusal { get; init; }

    public PreflightCheck[] Checks { get; set; } = [];

    /// <summary>Every other host.</summary>
    public PreflightHost[] Others { get; set; } = [];

    /// <summary>Null when it would not begin.</summary>
    public PreflightEstimate? Estimate { get; init; }
}

/// <param name="Name">machine, host, disks, memory, guest network, path, CPU, bandwidth, dirty rate; those that cannot be asked are missing.</param>
/// <param name="Says">What was found, and why.</param>
public sealed record PreflightCheck(string Name, CheckState State, string Says);

/// <param name="Possible">It could take the machine too.</param>
public sealed record PreflightHost(string Host, bool Possible, string Says);

/// <summary>What the migration would cost, by a model (docs/design/migration.md). What is not known is null.</summary>
public sealed record PreflightEstimate
{
    /// <summary>The memory is copied faster than it is dirtied, or what is left fits the pause. Null: the figures do not tell.</summary>
    public bool? Converges { get; init; }

    /// <summary>From the first byte until the guest runs on the target; libvirt's preparations come before that.</summary>
    public double? TotalSeconds { get; init; }

    public double? PauseMs { get; init; }

    /// <summary>Passes over the memory while the guest runs.</summary>
    public int? Passes { get; init; }

    public long MemoryMiB { get; init; }

    /// <summary>What the path carries, as measured for this.</summary>
    public double? PathMiBPerSecond { get; init; }

    /// <summary>What the guest dirties, as measured for this, rounded down.</summary>
    public double? DirtyMiBPerSecond { get; init; }

    /// <summary>The same in one sentence.</summary>
    public required string Says { get; init; }
}
