namespace Holdfast.Api;

/// <summary>What a host's processors and memory do, smoothed over some seconds, by its own word.</summary>
/// <param name="UsedCpus">Processors that its work uses or waits for; may be more than <paramref name="Cpus"/>.</param>
/// <param name="Pressure">Null: its kernel does not tell.</param>
public sealed record HostLoadReport(int Cpus, double UsedCpus, long MemoryMiB, long UsedMemoryMiB, PressureReport? Pressure = null);

/// <summary>Linux' pressure stall information: for how much of the last ten seconds some of the host's work had to wait for each, in percent.</summary>
public sealed record PressureReport(double CpuPercent, double MemoryPercent, double IoPercent);

/// <summary>What a machine uses of its host.</summary>
/// <param name="Cpus">Processors that it uses or waits for, smoothed.</param>
/// <param name="MemoryMiB">What its process holds of the host's memory; null: not known.</param>
public sealed record MachineUseReport(double Cpus, long? MemoryMiB);

/// <summary><c>GET /v1/balance</c>: which hosts are short of processors and what would help, each by its own word. Nothing is moved by asking.</summary>
public sealed record BalanceReport
{
    /// <summary>"off", "recommend" or "automatic", as the answering host is configured.</summary>
    public required string Mode { get; init; }

    /// <summary>A host whose work wants more of its processors than this is hot, in percent.</summary>
    public required double HotPercent { get; init; }

    /// <summary>No host is brought above this by a move, in percent.</summary>
    public required double CoolPercent { get; init; }

    public BalanceHostReport[] Hosts { get; set; } = [];

    /// <summary>Those of one host in the order in which they help.</summary>
    public BalanceMoveReport[] Moves { get; set; } = [];
}

/// <param name="Load">Null: not known.</param>
/// <param name="Hot">It is short of processors.</param>
/// <param name="Holds">Why none of its moves begins now by itself, or why nothing is known of it; null: nothing holds.</param>
/// <param name="Shortage">What stays when all moves are done, why, and what would help.</param>
public sealed record BalanceHostReport(string Host, HostLoadReport? Load, bool Hot, string? Holds = null, string? Shortage = null);

/// <summary>One move that pays.</summary>
/// <param name="Cpus">Processors that it takes off its host.</param>
/// <param name="CopyMiB">What has to be copied.</param>
/// <param name="FromAfter">Percent of the source's processors that is wanted then; the others in the same way.</param>
/// <param name="Reason">The same in one sentence.</param>
/// <param name="Price">What the migration would cost, as 'vm migrate --dry-run' measures it; null: it was not asked for.</param>
public sealed record BalanceMoveReport(
    string Machine, string From, string To, double Cpus, long CopyMiB, double FromBefore, double FromAfter, double ToBefore, double ToAfter, string Reason, PreflightEstimate? Price = null);
