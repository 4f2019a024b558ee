namespace Holdfast.Api;

/// <summary><c>GET /v1/audit/bsi</c>: what a program can say of the cluster by the BSI's IT-Grundschutz.</summary>
public sealed record BsiReport
{
    /// <summary>The answering host.</summary>
    public required string Host { get; init; }

    public required string Cluster { get; init; }

    /// <summary>The agent's version.</summary>
    public required string Version { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Hosts whose agents did not say in time what they have seen at work.</summary>
    public string[] Silent { get; set; } = [];

    public BsiFinding[] Findings { get; set; } = [];
}

/// <param name="Requirement">"SYS.1.5.A20" of the Kompendium, "G 4.75 (2)" of the threat.</param>
/// <param name="Level">basic, standard, high, threat.</param>
/// <param name="State">met, not-met, cannot-be-checked.</param>
/// <param name="Exercisable">Whether the protection can be seen at work; when it can and <paramref name="Exercised"/> is null, it is unproven.</param>
/// <param name="Exercised">When it was last seen at work.</param>
public sealed record BsiFinding(string Requirement, string Title, string Level, string State, string Evidence, bool Exercisable, BsiExercise? Exercised);

/// <param name="Host">Whose agent tells it.</param>
public sealed record BsiExercise(DateTimeOffset At, string Host, string What);
