using System.Collections.Immutable;

namespace Holdfast.Core.Audit;

/// <summary>
/// What a program can say of a cluster by the BSI's IT-Grundschutz: the threat G 4.75 (catalogues, 15th delivery), statement by statement in our words, and the requirements of SYS.1.5 "Virtualisierung", SYS.1.8
/// "Speicherlösungen", NET.1.1 "Netzarchitektur und -design" and DER.4 "Notfallmanagement" (Kompendium, edition 2023; titles as published; those that were dropped are left out). It is no audit by the BSI's rules: a person has to judge what is marked as not to be checked, and whether the evidence is enough.
/// </summary>
public static class BsiAudit
{
    /// <summary>In the order of the catalogues.</summary>
    public static ImmutableArray<Finding> Of(AuditFacts facts) => [.. new[] { ThreatChecks.All, VirtualisationChecks.All, StorageChecks.All, NetworkChecks.All, EmergencyChecks.All }.SelectMany(all => all).Select(c => c.On(facts))];
}
