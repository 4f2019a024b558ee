using Holdfast.Api;

namespace Holdfast.Bench.Topology;

/// <summary>Where everything is at rest, in words that are the same for what was said and for what is seen.</summary>
/// <param name="Hosts">"h1 connected/13": its own verdict, and its row of the isolation table; "h1 off".</param>
/// <param name="Machines">"m1 runs on h1", "m1 stands on h1", "m1 anew on h2", "m1 live to h2", "m1 nowhere".</param>
internal sealed record Ending(IReadOnlyList<string> Hosts, IReadOnlyList<string> Machines)
{
    private const string Stands = "stands on";

    /// <summary>Some machine stands still where it ran, as its datastore is lost.</summary>
    public bool LeavesStanding => Machines.Any(m => m.Contains(Stands, StringComparison.Ordinal));

    public override string ToString() => string.Join(", ", [.. Hosts, .. Machines]);

    public static Ending Predicted(WhatIfReport report) => new(
        [.. report.Hosts.OrderBy(h => h.Name, StringComparer.Ordinal).Select(h => h.Verdict is null ? $"{h.Name} off" : Host(h.Name, h.Verdict, h.Row))],
        [.. report.Machines.OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => Machine(m.Name, Word(m.Outcome), m.Host))]);

    public static string Standing(string name, string host) => Machine(name, Stands, host);

    public static string Host(string name, string verdict, int? row) => $"{name} {verdict}/{row}";

    public static string Machine(string name, string what, string? host) => host is null ? $"{name} nowhere" : $"{name} {what} {host}";

    /// <summary>Whether a machine that runs is reached over the guest network is not looked at from outside.</summary>
    private static string Word(string outcome) => outcome switch
    {
        "moved" => "live to",
        "restarted" => "anew on",
        "paused" => Stands,
        _ => "runs on",
    };
}
