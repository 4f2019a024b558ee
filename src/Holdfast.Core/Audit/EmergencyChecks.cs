using System.Collections.Immutable;
using System.Globalization;
using static Holdfast.Core.Audit.Check;

namespace Holdfast.Core.Audit;

/// <summary>DER.4 "Notfallmanagement". Most of it is about people; what a program can tell is what was exercised, and what came of it.</summary>
internal static class EmergencyChecks
{
    /// <summary>An exercise that is older proves nothing of today's cluster.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(365);

    public static readonly ImmutableArray<Check> All =
    [
        Of(1, "Erstellung eines Notfallhandbuchs", "standard", _ => People(Role.Emergency, $"{Paper} What Holdfast does by itself in which emergency stands in its runbooks, and 'holdfast vm show' names for each machine the longest time until it runs again.")),
        Of(2, "Integration von Notfallmanagement in organisationsweite Abläufe und Strukturen", "standard", _ => People(Role.Management, Paper)),
        Of(3, "Festlegung des Geltungsbereichs und der Notfallmanagementstrategie", "high", _ => People(Role.Management, Paper)),
        Of(4, "Leitlinie zum Notfallmanagement und Übernahme der Gesamtverantwortung durch die Institutionsleitung", "high", _ => People(Role.Management, Paper)),
        Of(5, "Aufbau einer geeigneten Organisationsstruktur für das Notfallmanagement", "high", _ => People(Role.Management, Paper)),
        Of(6, "Bereitstellung angemessener Ressourcen für das Notfallmanagement", "high", _ => People(Role.Management, Paper)),
        Of(7, "Erstellung eines Notfallkonzepts", "high", Concept),
        Of(8, "Integration der Mitarbeitenden in den Notfallmanagement-Prozess", "high", _ => People(Role.Management, Paper)),
        Of(9, "Integration von Notfallmanagement in organisationsweite Abläufe und Prozesse", "high", _ => People(Role.Management, Paper)),
        Of(10, "Tests und Notfallübungen", "high", Exercised, "drill:"),
        Of(12, "Dokumentation im Notfallmanagement-Prozess", "high", _ => People(Role.Emergency, $"{Paper} Reports of drills and of this audit can be kept (-o json, --format html)."), "drill:"),
        Of(13, "Überprüfung und Steuerung des Notfallmanagement-Systems", "high", _ => People(Role.Management, Paper)),
        Of(14, "Regelmäßige Überprüfung und Verbesserung der Notfallmaßnahmen", "high", Reviewed, "drill:"),
        Of(15, "Bewertung der Leistungsfähigkeit des Notfallmanagement-Systems", "high", _ => People(Role.Emergency, $"{Paper} Measured are each drill's outage for each machine, and the bound that 'holdfast vm show' promises for its restart.")),
        Of(16, "Notfallvorsorge- und Notfallreaktionsplanung für ausgelagerte Komponenten", "high", _ => People(Role.Management, Paper)),
    ];

    private static Check Of(int number, string title, string level, Func<AuditFacts, (Compliance, string)> look, params string[] proofs) => Check.Of("DER.4", number, title, level, look, proofs);

    private static (Compliance, string) Concept(AuditFacts facts) => People(
        Role.Emergency, $"{Paper} Which failure costs how many machines is known: {facts.Singles.Length} components were taken away in thought, {facts.Singles.Count(s => s.Lost > 0)} of them would cost machines ('holdfast audit spof').");

    private static (Compliance, string) Exercised(AuditFacts facts)
    {
        var drills = Drills(facts);
        var fresh = drills.Where(d => facts.At - d.Last.At <= Fresh).ToArray();
        return fresh.Length > 0
            ? Met($"{List([.. fresh.Select(d => Told(d.Name, d.Last))])}. Whether these are the exercises that your plan asks for is not known; 'holdfast drill list' shows all.")
            : NotMet(drills.Length == 0
                ? "No agent knows of a drill on this cluster: run one ('holdfast drill list'), on a lab of the same layout or, with --live, here."
                : $"No drill was run within a year; the last was {Told(drills[^1].Name, drills[^1].Last)}.");
    }

    private static (Compliance, string) Reviewed(AuditFacts facts)
    {
        var failed = Drills(facts).Where(d => !d.Last.AsExpected).ToArray();
        return failed.Length > 0
            ? NotMet($"{List([.. failed.Select(d => $"{d.Name}: {d.Last.What}")])}: find out why, and run it again.")
            : People(Role.Emergency, "No drill's last run was other than expected; whether measures are reviewed after changes is not known.");
    }

    /// <summary>The last run of each, the oldest first.</summary>
    private static (string Name, Exercise Last)[] Drills(AuditFacts facts) =>
        [.. facts.Exercised.Where(e => e.Key.StartsWith(Exercise.Drill, StringComparison.Ordinal)).OrderBy(e => e.Value.At).Select(e => (e.Key[Exercise.Drill.Length..], e.Value))];

    private static string Told(string name, Exercise last) => string.Create(CultureInfo.InvariantCulture, $"{name} on {last.At.UtcDateTime:yyyy-MM-dd}");
}
