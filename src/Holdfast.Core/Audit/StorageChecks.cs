using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;
using static Holdfast.Core.Audit.Check;

namespace Holdfast.Core.Audit;

/// <summary>SYS.1.8 "Speicherlösungen".</summary>
internal static class StorageChecks
{
    private const string Inside = "What the storage is inside is not seen.";

    public static readonly ImmutableArray<Check> All =
    [
        Of(1, "Geeignete Aufstellung von Speichersystemen", "basic", _ => People(Role.Building, "Rooms, power and climate are not seen; power strips and sites count where the topology file declares them.")),
        Of(2, "Sichere Grundkonfiguration von Speicherlösungen", "basic", _ => People(Role.Operations, Inside)),
        Of(4, "Schutz der Administrationsschnittstellen", "basic", _ => People(Role.Operations, "The storage's own administration is not seen.")),
        Of(6, "Erstellung einer Sicherheitsrichtlinie für Speicherlösungen", "standard", _ => People(Role.Officer, Paper)),
        Of(7, "Planung von Speicherlösungen", "standard", _ => People(Role.Planners, Paper)),
        Of(8, "Auswahl einer geeigneten Speicherlösung", "standard", _ => People(Role.Planners, $"{Paper} 'datastore add' measures what a store does that is cut off, and refuses mounts on which leases do not hold.")),
        Of(9, "Auswahl von Lieferanten für eine Speicherlösung", "standard", _ => People(Role.Planners, Paper)),
        Of(10, "Erstellung und Pflege eines Betriebshandbuchs", "standard", _ => People(Role.Operations, Paper)),
        Of(11, "Sicherer Betrieb einer Speicherlösung", "standard", Watched, "storage"),
        Of(13, "Überwachung und Verwaltung von Speicherlösungen", "standard", Watched, "storage"),
        Of(14, "Absicherung eines SANs durch Segmentierung", "standard", Segmented),
        Of(15, "Sichere Trennung von Mandanten in Speicherlösungen", "standard", _ => People(Role.Operations, "Which machines belong to whom is not known.")),
        Of(16, "Sicheres Löschen in SAN-Umgebungen", "standard", _ => People(Role.Operations, "A deleted machine's files are removed and not overwritten; what the storage does with the blocks is not seen.")),
        Of(17, "Dokumentation der Systemeinstellungen von Speichersystemen", "standard", _ => People(Role.Operations, Paper)),
        Of(18, "Sicherheitsaudits und Berichtswesen bei Speichersystemen", "standard", _ => People(Role.Officer, "This report is one piece of such an audit; whether it is read regularly is not known.")),
        Of(19, "Aussonderung von Speicherlösungen", "standard", _ => People(Role.Operations, Paper)),
        Of(20, "Notfallvorsorge und Notfallreaktion für Speicherlösungen", "standard", _ => People(Role.Emergency, $"{Paper} Losses of a datastore can be exercised in a lab: 'holdfast drill run storage-lost-by-one' and 'storage-lost-by-all'."),
            "drill:storage-lost-by-one", "drill:storage-lost-by-all", "drill:storage-slow", "thawed"),
        Of(21, "Einsatz von Speicherpools zur Trennung von Mandanten", "high", _ => People(Role.Operations, "Which machines belong to whom is not known.")),
        Of(22, "Einsatz einer hochverfügbaren SAN-Lösung", "high", Available, "drill:storage-lost-by-one", "storage"),
        Of(23, "Einsatz von Verschlüsselung für Speicherlösungen", "high", _ => People(Role.Operations, "Whether images, datastores or the way to them are encrypted is not looked at.")),
        Of(24, "Sicherstellung der Integrität der SAN-Fabric", "high", _ => People(Role.Operations, Inside)),
        Of(25, "Mehrfaches Überschreiben der Daten einer LUN", "high", _ => People(Role.Operations, Inside)),
        Of(26, "Absicherung eines SANs durch Hard-Zoning", "high", _ => People(Role.Operations, "Zones of a fabric are not seen.")),
    ];

    private static Check Of(int number, string title, string level, Func<AuditFacts, (Compliance, string)> look, params string[] proofs) => Check.Of("SYS.1.8", number, title, level, look, proofs);

    private static (Compliance, string) Watched(AuditFacts facts) => People(
        Role.Operations,
        $"Each host rewrites its slot on {List([.. facts.Cluster.Datastores.Select(d => d.Name)])} every {facts.Cluster.Plan.Renew.TotalSeconds:0.#} s and measures how long that takes; a loss is an event, an alarm and a metric. "
        + "What the storage says of itself, and when it may be worked on, is not known.");

    /// <summary>By the networks that each datastore is reached over.</summary>
    private static (Compliance, string) Segmented(AuditFacts facts)
    {
        var over = facts.Cluster.Datastores.SelectMany(d => LayoutBuilder.NetworksOf(d, facts.Cluster, facts.Layout.Declared).Networks).Distinct().Order(StringComparer.Ordinal).ToArray();
        var mixed = over.Where(n => facts.Cluster.Networks.Any(x => x.Name == n && x.Network.Has(NetworkRoles.Guest))).ToArray();
        return mixed.Length > 0 ? NotMet($"{List(mixed)} carries guests and the datastores: give the storage a network of its own.")
            : over.Length == 0 ? People(Role.Operations, "The datastores are reached over none of the cluster's networks; zones of a fabric are not seen.")
            : Met($"The datastores are reached over {List(over)}, which no guest is on. Which host may use which LUN or export is not looked at.");
    }

    /// <summary>Replication inside a datastore is nothing that a host sees: that the datastore as a whole can fail is said, and not counted.</summary>
    private static (Compliance, string) Available(AuditFacts facts)
    {
        if (Traps.Of(facts.Layout, facts.Singles).FirstOrDefault(t => t.Kind == "paths") is { } trap)
        {
            return NotMet(trap.Says);
        }

        var whole = new Wiring(facts.Layout, []);
        var cutting = facts.Layout.Components.Select(c => c.Id).Where(c => IsOnePart(facts.Layout, c) && Cuts(facts, whole, c)).Select(c => c.ToString()).ToArray();
        return cutting.Length > 0
            ? NotMet($"{cutting[0]} alone takes a datastore away from a host that is on, and so do {cutting.Length - 1} more components: give the hosts a second way to it.")
            : Met("No single switch, cable, card or power strip takes a datastore away from a host that is on. Whether the storage survives the loss of one of its own parts is not seen.");
    }

    /// <summary>A network is what several parts carry, and so is a link of several cables.</summary>
    private static bool IsOnePart(Layout layout, ComponentId id) =>
        id.Kind is not (ComponentKind.Host or ComponentKind.Datastore or ComponentKind.Network) && !(id.Kind == ComponentKind.Link && layout.Edges.Any(e => e.From == id && e.Role == EdgeRole.OneOf));

    private static bool Cuts(AuditFacts facts, Wiring whole, ComponentId component)
    {
        var without = new Wiring(facts.Layout, [facts.Layout.IndexOf(component)]);
        return whole.Stores.Zip(without.Stores).Any(s => (s.First & without.On & ~s.Second) != 0);
    }
}
