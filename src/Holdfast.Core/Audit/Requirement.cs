namespace Holdfast.Core.Audit;

/// <summary>One thing that a catalogue asks for, or warns of.</summary>
/// <param name="Id">"SYS.1.5.A20" (IT-Grundschutz-Kompendium, edition 2023), or "G 4.75 (2)": a threat's second statement.</param>
/// <param name="Title">The requirement's own title; of a threat's statement, what it says in our words.</param>
/// <param name="Level">basic, standard, high (needs of protection); threat.</param>
public sealed record Requirement(string Id, string Title, string Level);

public enum Compliance
{
    Met,
    NotMet,

    /// <summary>No program can tell from what the cluster knows of itself.</summary>
    CannotBeChecked,
}

/// <summary>When a protection was last seen at work, on real parts.</summary>
/// <param name="Host">Whose agent tells it.</param>
/// <param name="What">Its event's text.</param>
public sealed record Exercise(DateTimeOffset At, string Host, string What)
{
    /// <summary>Kinds of event that tell of a drill begin so; its name follows.</summary>
    public const string Drill = "drill:";

    /// <summary>What is told of a drill that did not go as expected begins so.</summary>
    public const string Failed = "not as expected";

    public bool AsExpected => !What.StartsWith(Failed, StringComparison.Ordinal);
}

/// <param name="Evidence">What was looked at, what was found and, where it is not met, the way out.</param>
/// <param name="Proofs">Kinds of event that show the protection at work; empty: nothing of the kind is to be expected.</param>
/// <param name="Exercised">The last of these events; null: there was none, the protection is unproven.</param>
public sealed record Finding(Requirement Requirement, Compliance Compliance, string Evidence, IReadOnlyList<string> Proofs, Exercise? Exercised);
