namespace Holdfast.Api;

/// <summary><c>GET /v1/audit/spof?kinds=switch,host&amp;pairs=1</c>: what the failure of each component costs, the worst first.</summary>
public sealed record SinglePointReport
{
    /// <summary>The answering host.</summary>
    public required string Host { get; init; }

    /// <summary>Machines that are wanted to run.</summary>
    public required int Machines { get; init; }

    public FailureCost[] Singles { get; set; } = [];

    /// <summary>Pairs that lose more machines together than one by one; null: they were not asked for.</summary>
    public FailureCost[]? Pairs { get; set; }

    public TrapReport[] Traps { get; set; } = [];
}

/// <param name="Components">KIND:NAME of what fails.</param>
/// <param name="Lost">Machines that end paused, pending or unreachable.</param>
/// <param name="Restarted">Machines that are started anew elsewhere.</param>
/// <param name="Moved">Machines that move live.</param>
/// <param name="RedundancyLost">Machines that run on with less to spare.</param>
public sealed record FailureCost(string[] Components, int Lost, int Restarted, int Moved, int RedundancyLost);

/// <param name="Kind">isolation-addresses, votes, together, bond, fence-path, fence-power, migration, reserve.</param>
/// <param name="Says">What it is, and the way out.</param>
public sealed record TrapReport(string Kind, string Says, string[] Components);
