namespace Holdfast.Api;

/// <summary><c>GET /v1/whatif?down=switch:sw1,host:h2</c>: where everything comes to rest when these have failed and stay failed, by the agents' own rules.</summary>
public sealed record WhatIfReport
{
    /// <summary>The answering host.</summary>
    public required string Host { get; init; }

    /// <summary>What was asked about.</summary>
    public string[] Failed { get; set; } = [];

    /// <summary>All that is down then, what hangs on it too, and what is down already.</summary>
    public string[] Down { get; set; } = [];

    /// <summary>What most hosts find: connected, isolated, partition minority, partition majority, network dead, unknown.</summary>
    public required string Verdict { get; init; }

    public WhatIfHost[] Hosts { get; set; } = [];

    /// <summary>Those that are wanted to run, by name.</summary>
    public WhatIfMachine[] Machines { get; set; } = [];
}

/// <param name="State">up; down; fenced: it was on, and another host has it switched off.</param>
/// <param name="Verdict">Its own; null: it is off.</param>
/// <param name="Row">Of the isolation table.</param>
/// <param name="Does">What it does in that row.</param>
public sealed record WhatIfHost(string Name, string State, string? Verdict = null, int? Row = null, string? Does = null);

/// <param name="Outcome">unaffected, redundancy-lost, moved, restarted, unreachable, paused, pending.</param>
/// <param name="Host">Where it is then; null: nowhere.</param>
public sealed record WhatIfMachine(string Name, string Outcome, string? Host, string? Reason);
