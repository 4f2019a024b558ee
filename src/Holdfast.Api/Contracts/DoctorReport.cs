namespace Holdfast.Api;

/// <summary>What <c>holdfast doctor</c> has found on one host. No agent answers it: the host's own programs look.</summary>
public sealed record DoctorReport
{
    public required string Host { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset At { get; init; }

    public DoctorFinding[] Findings { get; set; } = [];
}

/// <param name="Check">What was looked at: "kvm", "guard", "datastores", …</param>
/// <param name="State">A word of <see cref="DoctorStates"/>.</param>
/// <param name="Says">One sentence without its full stop.</param>
/// <param name="Mend">How to mend it, or how it could be checked; null when all is well.</param>
public sealed record DoctorFinding(string Check, string State, string Says, string? Mend);

public static class DoctorStates
{
    public const string Ok = "ok";

    /// <summary>It works, and something is missing or will be.</summary>
    public const string Warning = "warning";

    public const string Failed = "failed";

    /// <summary>That is not well, and not ill: nobody knows.</summary>
    public const string Unknown = "cannot-be-checked";
}
