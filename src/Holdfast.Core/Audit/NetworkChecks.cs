using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;
using static Holdfast.Core.Audit.Check;

namespace Holdfast.Core.Audit;

/// <summary>NET.1.1 "Netzarchitektur und -design", for the cluster's own part of the network.</summary>
internal static class NetworkChecks
{
    private const string Outside = "What lies between the cluster and other networks is not seen.";

    public static readonly ImmutableArray<Check> All =
    [
        Of(1, "Sicherheitsrichtlinie für das Netz", "basic", _ => People(Role.Officer, Paper)),
        Of(2, "Dokumentation des Netzes", "basic", Documented),
        Of(3, "Anforderungsspezifikation für das Netz", "basic", _ => People(Role.Planners, Paper)),
        Of(4, "Netztrennung in Zonen", "basic", _ => People(Role.Planners, Outside)),
        Of(5, "Client-Server-Segmentierung", "basic", _ => People(Role.Planners, Outside)),
        Of(6, "Endgeräte-Segmentierung im internen Netz", "basic", _ => People(Role.Planners, "What machines are for is not known.")),
        Of(7, "Absicherung von schützenswerten Informationen", "basic", Protected),
        Of(8, "Grundlegende Absicherung des Internetzugangs", "basic", _ => People(Role.Operations, Outside)),
        Of(9, "Grundlegende Absicherung der Kommunikation mit nicht vertrauenswürdigen Netzen", "basic", _ => People(Role.Operations, Outside)),
        Of(10, "DMZ-Segmentierung für Zugriffe aus dem Internet", "basic", _ => People(Role.Planners, Outside)),
        Of(11, "Absicherung eingehender Kommunikation vom Internet in das interne Netz", "basic", _ => People(Role.Operations, Outside)),
        Of(12, "Absicherung ausgehender interner Kommunikation zum Internet", "basic", _ => People(Role.Operations, Outside)),
        Of(13, "Netzplanung", "basic", _ => People(Role.Planners, Paper)),
        Of(14, "Umsetzung der Netzplanung", "basic", _ => People(Role.Operations, Paper)),
        Of(15, "Regelmäßiger Soll-Ist-Vergleich", "basic", Compared),
        Of(16, "Spezifikation der Netzarchitektur", "standard", _ => People(Role.Planners, Paper)),
        Of(17, "Spezifikation des Netzdesigns", "standard", _ => People(Role.Planners, Paper)),
        Of(18, "P-A-P-Struktur für die Internet-Anbindung", "standard", _ => People(Role.Planners, Outside)),
        Of(19, "Separierung der Infrastrukturdienste", "standard", Services),
        Of(20, "Zuweisung dedizierter Subnetze für IPv4/IPv6-Endgerätegruppen", "standard", _ => People(Role.Planners, Outside)),
        Of(21, "Separierung des Management-Bereichs", "standard", f => VirtualisationChecks.Apart(f, "machines and administration")),
        Of(22, "Spezifikation des Segmentierungskonzepts", "standard", _ => People(Role.Planners, Paper)),
        Of(23, "Trennung von Netzsegmenten", "standard", _ => People(Role.Planners, "Filters between networks, and what machines need of protection, are not seen.")),
        Of(24, "Sichere logische Trennung mittels VLAN", "standard", f => People(Role.Operations, $"{Vlans(f)} How the switches are set up is not seen.")),
        Of(25, "Fein- und Umsetzungsplanung von Netzarchitektur und -design", "standard", _ => People(Role.Planners, Paper)),
        Of(26, "Spezifikation von Betriebsprozessen für das Netz", "standard", _ => People(Role.Operations, $"{Paper} For planned work on switches there is a runbook (docs/operations/planned-network-work.md).")),
        Of(27, "Einbindung der Netzarchitektur in die Notfallplanung", "standard", Planned),
        Of(28, "Hochverfügbare Netz- und Sicherheitskomponenten", "high", Available, "drill:cluster-switch-dead", "drill:migration-switch-dead", "drill:nic-silent", "drill:guest-network-lost"),
        Of(29, "Hochverfügbare Realisierung von Netzanbindungen", "high", _ => People(Role.Planners, Outside)),
        Of(30, "Schutz vor Distributed-Denial-of-Service", "high", _ => People(Role.Operations, Outside)),
        Of(31, "Physische Trennung von Netzsegmenten", "high", ApartByWire),
        Of(32, "Physische Trennung von Management-Netzsegmenten", "high", _ => People(Role.Planners, "Which switches carry the management is not known.")),
        Of(33, "Mikrosegmentierung des Netzes", "high", _ => People(Role.Planners, "All machines are on the guest networks; filters between them are not looked at.")),
        Of(34, "Einsatz kryptografischer Verfahren auf Netzebene", "high", _ => People(Role.Operations, "Encryption by switches or hosts below IP's payload is not seen.")),
        Of(35, "Einsatz von netzbasiertem DLP", "high", _ => People(Role.Operations, Outside)),
        Of(36, "Trennung mittels VLAN bei sehr hohem Schutzbedarf", "high", f => People(Role.Planners, Vlans(f))),
    ];

    private static Check Of(int number, string title, string level, Func<AuditFacts, (Compliance, string)> look, params string[] proofs) => Check.Of("NET.1.1", number, title, level, look, proofs);

    private static (Compliance, string) Documented(AuditFacts facts)
    {
        var guessed = facts.Layout.Components.Where(c => c.Id.Kind is ComponentKind.Switch or ComponentKind.Trunk && c.Confidence == Confidence.Inferred).Select(c => c.Id.ToString()).ToArray();
        return guessed.Length > 0
            ? NotMet($"Of {List(guessed)} nothing is declared or seen: let the hosts hear LLDP, or declare it in the topology file.")
            : Met("Each switch that the cluster hangs on is declared or seen by LLDP, and 'holdfast topology show --format svg' draws the plan as it is now. The network around the cluster is not in it.");
    }

    private static (Compliance, string) Protected(AuditFacts facts)
    {
        var open = facts.Cluster.MigrationNetworks.Where(n => !facts.MigrationsEncrypted && facts.Cluster.Networks.Any(x => x.Name == n && x.Network.Has(NetworkRoles.Guest))).ToArray();
        var own = facts.Cluster.Networks.Where(n => n.Network.Has(NetworkRoles.Guest) && (n.Network.Has(NetworkRoles.Cluster) || n.Network.Has(NetworkRoles.Storage))).Select(n => n.Name).ToArray();
        return open.Length > 0 ? NotMet($"Machines' memory goes over {List(open)} unencrypted, beside guests: switch migrationTls on, or give migrations a network of their own.")
            : own.Length > 0 ? NotMet($"{List(own)} carries guests and what the cluster itself says and stores: give the guests a network of their own.")
            : Met($"What the cluster itself says and stores goes over networks without guests, heartbeats under a key{(facts.MigrationsEncrypted ? ", migrations under TLS" : ", migrations unencrypted")}. Whether others can listen there is not seen.");
    }

    /// <summary>What is declared is the plan; LLDP is what is.</summary>
    private static (Compliance, string) Compared(AuditFacts facts)
    {
        if (Traps.Of(facts.Layout, facts.Singles).FirstOrDefault(t => t.Kind == "differs") is { } trap)
        {
            return NotMet(trap.Says);
        }

        var seen = facts.Layout.Declared.Links.SelectMany(l => l.Members.Select(m => (l.Of, l.Network, m.Nic))).Count(c => IsSeen(facts.Cluster, c.Of, c.Network, c.Nic));
        return seen == 0
            ? People(Role.Operations, "No cable is declared whose other end a host sees by LLDP, so nothing can be compared.")
            : Met($"{seen} declared cables are where LLDP sees them; each audit compares them anew.");
    }

    private static bool IsSeen(ClusterFacts cluster, string host, string network, string nic) =>
        cluster.Hosts.FirstOrDefault(h => h.Name == host)?.Sight.LinkTo(network)?.Members.Any(m => m.Nic == nic && m.Port is not null) == true;

    private static (Compliance, string) Services(AuditFacts facts) => Traps.Of(facts.Layout, facts.Singles).Where(t => t.Kind == "own-need").Select(t => t.Says).ToArray() is [var first, ..]
        ? NotMet(first) : People(Role.Planners, "No machine of this cluster is known to serve the hosts themselves; in which network the infrastructure's servers are is not seen.");

    private static (Compliance, string) Planned(AuditFacts facts) => People(
        Role.Emergency, $"What the failure of each part of the network costs is reckoned anew with each audit: {Network(facts).Length} parts, {Network(facts).Count(s => s.Lost > 0)} of them would cost machines. Whether your plan for emergencies says so too is not known.");

    private static (Compliance, string) Available(AuditFacts facts)
    {
        var costly = Network(facts).Where(s => s.Lost > 0).ToArray();
        return costly.Length > 0
            ? NotMet($"{costly.Length} parts of the network would each cost machines, the most {costly[0].Components[0]} ({costly[0].Lost} machines): see 'holdfast audit spof'.")
            : Met($"None of the {Network(facts).Length} switches, trunks, cards, cables and links leaves a machine without a place to run when it fails alone. Firewalls are not seen.");
    }

    private static Blast[] Network(AuditFacts facts) => [.. facts.Singles.Where(s => s.Components[0].Kind is ComponentKind.Stack or ComponentKind.Switch or ComponentKind.Trunk or ComponentKind.Card or ComponentKind.Nic or ComponentKind.Link)];

    private static (Compliance, string) ApartByWire(AuditFacts facts)
    {
        var shared = Traps.Of(facts.Layout, facts.Singles).Where(t => t.Kind == "together").Select(t => t.Components[0].ToString()).ToArray();
        var guessed = facts.Layout.Components.Any(c => c.Id.Kind == ComponentKind.Switch && c.Confidence == Confidence.Inferred);
        return shared.Length > 0 ? NotMet($"Several of the cluster's networks go over {List(shared)}.")
            : guessed ? People(Role.Planners, "Which switches carry the networks is not known: declare them, or let the hosts hear LLDP.")
            : Met("No switch, trunk or card takes more than one of the cluster's networks away when it fails.");
    }

    private static string Vlans(AuditFacts facts)
    {
        var cables = facts.Layout.Components.Where(c => c.Id.Kind == ComponentKind.Card && c.Detail.StartsWith("one cable for", StringComparison.Ordinal)).Select(c => $"{c.Id} ({c.Detail})").ToArray();
        return cables.Length > 0 ? $"Networks are told apart by VLAN only on {List(cables)}." : "No host has several networks on one cable.";
    }
}
