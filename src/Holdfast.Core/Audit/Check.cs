namespace Holdfast.Core.Audit;

/// <summary>A requirement and how it is looked at.</summary>
/// <param name="Look">What was found, and in which words.</param>
/// <param name="Proofs">As in <see cref="Finding"/>.</param>
internal sealed record Check(Requirement Requirement, Func<AuditFacts, (Compliance Compliance, string Evidence)> Look, params string[] Proofs)
{
    public Finding On(AuditFacts facts)
    {
        var (compliance, evidence) = Look(facts);
        return new(Requirement, compliance, evidence, Proofs, Proofs.Select(facts.Exercised.GetValueOrDefault).OfType<Exercise>().MaxBy(e => e.At));
    }

    public static (Compliance, string) Met(string evidence) => (Compliance.Met, evidence);

    public static (Compliance, string) NotMet(string evidence) => (Compliance.NotMet, evidence);

    public static (Compliance, string) Unknown(string evidence) => (Compliance.CannotBeChecked, evidence);

    /// <summary>"a, b and c"; the first <paramref name="most"/> of many.</summary>
    public static string List(IReadOnlyCollection<string> names, int most = 5) => names.Count switch
    {
        0 => "nothing",
        1 => names.First(),
        _ when names.Count > most => $"{string.Join(", ", names.Take(most))} and {names.Count - most} more",
        _ => $"{string.Join(", ", names.SkipLast(1))} and {names.Last()}",
    };
}
