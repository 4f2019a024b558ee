namespace Holdfast.Api;

/// <summary>One datastore of <c>GET /v1/datastores</c>.</summary>
public sealed record Datastore
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required Health State { get; init; }

    /// <summary>Timing profile of its lease area: "fast", "standard" or "san".</summary>
    public string? Profile { get; init; }

    public string? AreaId { get; init; }

    /// <summary>Null: infinite, no proof of death by time.</summary>
    public double? DrainSeconds { get; init; }

    /// <summary>Version of its lease table.</summary>
    public ulong TableVersion { get; init; }

    public string[] Machines { get; set; } = [];

    /// <summary>Hosts that provably renew on it now.</summary>
    public string[] Hosts { get; set; } = [];

    public string? Reason { get; init; }
}

/// <summary>One line of <c>GET /v1/events</c> (JSON lines).</summary>
/// <param name="Number">Grows on the answering host; <c>?after=N</c> gives what came later.</param>
/// <param name="Kind">A few fixed words: "host.dead", "machine.started", "migration.moved", …</param>
/// <param name="About">The host that it is about, or null.</param>
public sealed record ClusterEvent(long Number, DateTimeOffset At, string Host, string Kind, string? Machine, string Text, string? About = null);

/// <summary><c>GET /v1/vms/NAME/explain</c>: why a machine is as it is.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Facts">What the sentence rests on, in the order in which it was decided.</param>
public sealed record Explanation(string Machine, string Summary, string[] Facts);

/// <summary><c>GET /v1/hosts/NAME/explain</c>: how a host stands, and why that is believed.</summary>
/// <param name="Row">Its row of the isolation table, by its own word; null: its agent does not answer.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Evidence">What the verdict rests on, now.</param>
/// <param name="Facts">What was decided about it, in the order of time.</param>
public sealed record HostExplanation(string Host, string Verdict, int? Row, string Summary, string[] Evidence, string[] Facts);

/// <summary><c>GET /v1/timers</c>.</summary>
public sealed record TimerReport(string Profile, string? Datastore, TimerEntry[] Timers);

/// <param name="Seconds">Null for an inequality (complete in <paramref name="Meaning"/>) or, with <paramref name="Infinite"/>, for "never".</param>
public sealed record TimerEntry(string Name, double? Seconds, string Meaning, bool Infinite = false);

/// <summary><c>GET /v1/vms/NAME/console</c>: where its serial console is. <c>…/console/log?follow=1</c> streams it as bytes.</summary>
/// <param name="Socket">A unix socket for both directions on that host, or null.</param>
/// <param name="Log">The file on that host with what the guest has written, or null.</param>
public sealed record ConsolePlace(string Machine, string Host, string? Socket, string? Log);
