using System.Globalization;

namespace Holdfast.Core.Audit;

/// <summary>A requirement and how it is looked at.</summary>
/// <param name="Look">What was found, and in which words.</param>
/// <param name="Proofs">As in <see cref="Finding"/>.</param>
internal sealed record Check(Requirement Requirement, Func<AuditFacts, (Compliance Compliance, string Evidence)> Look, params string[] Proofs)
{
    public Finding On(AuditFacts facts)
    {
        var (compliance, evidence) = Look(facts);
        return new(Requirement, compliance, evidence, Proofs, Proofs.SelectMany(p => Seen(facts, p)).Where(e => e.AsExpected).MaxBy(e => e.At));
    }

    /// <summary>Of a kind that ends in a colon, any that begins so.</summary>
    private static IEnumerable<Exercise> Seen(AuditFacts facts, string proof) =>
        facts.Exercised.Where(e => proof.EndsWith(':') ? e.Key.StartsWith(proof, StringComparison.Ordinal) : e.Key == proof).Select(e => e.Value);

    /// <summary>Of the Kompendium.</summary>
    public static Check Of(string module, int number, string title, string level, Func<AuditFacts, (Compliance, string)> look, params string[] proofs) =>
        new(new(string.Create(CultureInfo.InvariantCulture, $"{module}.A{number}"), title, level), look, proofs);

    public static (Compliance, string) Met(string evidence) => (Compliance.Met, evidence);

    public static (Compliance, string) NotMet(string evidence) => (Compliance.NotMet, evidence);

    /// <summary>What a program cannot tell, and who has to look.</summary>
    /// <param name="who">One of <see cref="Role"/>.</param>
    public static (Compliance, string) People(string who, string evidence) => (Compliance.CannotBeChecked, $"{evidence} To be looked at by: {who}.");

    /// <summary>Of what is written down, planned or decided.</summary>
    public const string Paper = "What is planned, decided and written down is not known here.";

    /// <summary>"a, b and c"; the first <paramref name="most"/> of many.</summary>
    public static string List(IReadOnlyCollection<string> names, int most = 5) => names.Count switch
    {
        0 => "nothing",
        1 => names.First(),
        _ when names.Count > most => $"{string.Join(", ", names.Take(most))} and {names.Count - most} more",
        _ => $"{string.Join(", ", names.SkipLast(1))} and {names.Last()}",
    };
}
