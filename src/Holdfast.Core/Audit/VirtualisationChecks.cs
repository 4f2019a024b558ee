using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;
using static Holdfast.Core.Audit.Check;

namespace Holdfast.Core.Audit;

/// <summary>SYS.1.5 "Virtualisierung".</summary>
internal static class VirtualisationChecks
{
    public static readonly ImmutableArray<Check> All =
    [
        Of(2, "Sicherer Einsatz virtueller IT-Systeme", "basic", _ => People(Role.Planners, Paper)),
        Of(3, "Sichere Konfiguration virtueller IT-Systeme", "basic", _ => People(Role.Operations, "Every machine has the devices of its definition and no others; what its guest is set up for is not looked at.")),
        Of(4, "Sichere Konfiguration eines Netzes für virtuelle Infrastrukturen", "basic", f => Apart(f, "machines")),
        Of(5, "Schutz der Administrationsschnittstellen", "basic", Interfaces),
        Of(6, "Protokollierung in der virtuellen Infrastruktur", "basic", _ => People(Role.Operations, "Each agent keeps what it decided and was ordered, by whom and why ('holdfast events', 'holdfast audit log'); whether somebody collects and reads that is not known.")),
        Of(7, "Zeitsynchronisation in virtuellen IT-Systemen", "basic", _ => People(Role.Operations, "No right depends on how the hosts' clocks are set; neither they nor the guests' are looked at.")),
        Of(8, "Planung einer virtuellen Infrastruktur", "standard", _ => People(Role.Planners, Paper)),
        Of(9, "Netzplanung für virtuelle Infrastrukturen", "standard", OwnMigrationNetwork, "moved"),
        Of(10, "Einführung von Verwaltungsprozessen für virtuelle IT-Systeme", "standard", _ => People(Role.Operations, Paper)),
        Of(11, "Administration der Virtualisierungsinfrastruktur über ein gesondertes Managementnetz", "standard", f => Apart(f, "machines and administration")),
        Of(12, "Rechte- und Rollenkonzept für die Administration einer virtuellen Infrastruktur", "standard", _ => People(Role.Officer, "There are the roles viewer, operator, auditor and admin ('holdfast token list'), and what each did is in 'holdfast audit log'; whether everybody has only what they need is not known.")),
        Of(13, "Auswahl geeigneter Hardware für Virtualisierungsumgebungen", "standard", _ => People(Role.Planners, Paper)),
        Of(14, "Einheitliche Konfigurationsstandards für virtuelle IT-Systeme", "standard", SameNetworks),
        Of(15, "Betrieb von Gast-Betriebssystemen mit unterschiedlichem Schutzbedarf", "standard", _ => People(Role.Planners, "Which machines must not share a host is not known.")),
        Of(16, "Kapselung der virtuellen Maschinen", "standard", _ => People(Role.Operations, "QEMU keeps machines apart; whether the host's own protection (AppArmor, SELinux) is on is not looked at.")),
        Of(17, "Überwachung des Betriebszustands und der Konfiguration der virtuellen Infrastruktur", "standard", Watched),
        Of(19, "Regelmäßige Audits der Virtualisierungsinfrastruktur", "standard", _ => People(Role.Officer, "This report is one piece of such an audit; whether it is read regularly is not known.")),
        Of(20, "Verwendung von hochverfügbaren Architekturen", "high", Available, "taken-over", "moved", "drill:host-dead", "drill:one-host-left"),
        Of(21, "Sichere Konfiguration virtueller IT-Systeme bei erhöhtem Schutzbedarf", "high", _ => People(Role.Operations, "Which machines need that is not known.")),
        Of(22, "Härtung des Virtualisierungsservers", "high", _ => People(Role.Operations, "The hosts' own set-up is not looked at.")),
        Of(23, "Rechte-Einschränkung der virtuellen Maschinen", "high", _ => People(Role.Operations, "Machines have no channel to their host but the guest agent's; what libvirt allows besides is not looked at.")),
        Of(24, "Deaktivierung von Snapshots virtueller IT-Systeme", "high", _ => NotMet("Who has the role operator may take snapshots, and nothing forbids it for a single machine; each is told by an event and in 'holdfast audit log'.")),
        Of(25, "Minimale Nutzung von Konsolenzugriffen auf virtuelle IT-Systeme", "high", _ => People(Role.Operations, Paper)),
        Of(26, "Einsatz einer PKI", "high", Certificates),
        Of(27, "Einsatz zertifizierter Virtualisierungssoftware", "high", _ => NotMet("Holdfast is not certified.")),
        Of(28, "Verschlüsselung von virtuellen IT-Systemen", "high", _ => People(Role.Operations, "Whether images or their datastores are encrypted is not looked at.")),
    ];

    private static Check Of(int number, string title, string level, Func<AuditFacts, (Compliance, string)> look, params string[] proofs) => Check.Of("SYS.1.5", number, title, level, look, proofs);

    internal static (Compliance, string) Apart(AuditFacts facts, string whose)
    {
        var mixed = facts.Cluster.Networks.Where(n => n.Network.Has(NetworkRoles.Guest) && (n.Network.Has(NetworkRoles.Cluster) || n.Network.Has(NetworkRoles.Storage) || n.Network.Has(NetworkRoles.Migration)))
            .Select(n => n.Name).ToArray();
        return mixed.Length == 0
            ? Met($"The networks of the {whose} are apart: {List(facts.NetworksWith(NetworkRoles.Guest))} for guests, {List(facts.NetworksWith(NetworkRoles.Cluster))} for the cluster. Filters between them are not looked at.")
            : NotMet($"{List(mixed)} carries guests and the cluster's own traffic: give the guests a network of their own.");
    }

    private static (Compliance, string) Interfaces(AuditFacts facts) => !facts.ApiOnNetwork ? Met("The agents answer on their own hosts' sockets only.")
        : facts.ApiEncrypted ? Met("The agents answer over the cluster network to who shows a token, and to each other by certificate, with TLS.")
        : NotMet("The agents answer over the cluster network to who shows a token, but unencrypted (\"tls\": false): whoever can listen there reads tokens and answers.");

    private static (Compliance, string) OwnMigrationNetwork(AuditFacts facts)
    {
        var own = facts.Cluster.Networks.Where(n => n.Network.Roles == NetworkRoles.Migration).Select(n => n.Name).ToArray();
        return own.Length > 0 ? Met($"Live migrations have a network of their own: {List(own)}.") : NotMet("Live migrations share a network with other traffic: give one network the role migration alone.");
    }

    private static (Compliance, string) SameNetworks(AuditFacts facts)
    {
        var all = facts.Cluster.Hosts.SelectMany(h => h.Networks).ToHashSet(StringComparer.Ordinal);
        var lacking = facts.Cluster.Hosts.Where(h => !all.IsSubsetOf(h.Networks)).Select(h => $"{h.Name} (no {string.Join(", ", all.Except(h.Networks).Order(StringComparer.Ordinal))})").ToArray();
        return lacking.Length == 0 ? Met($"All {facts.Cluster.Hosts.Length} hosts are on the same networks and in one configuration.") : NotMet($"Not every host is on every network: {List(lacking)}.");
    }

    private static (Compliance, string) Watched(AuditFacts facts)
    {
        var silent = facts.Cluster.Hosts.Where(h => !h.Alive).Select(h => h.Name).ToArray();
        var failed = facts.Cluster.Hosts.Where(h => !h.FailedFences.IsEmpty).Select(h => h.Name).ToArray();
        return silent.Length + failed.Length == 0
            ? Met($"All {facts.Cluster.Hosts.Length} hosts are heard, each network in each direction; no fence device has failed its last question.")
            : NotMet($"It is watched, and something is wrong now: {List([.. silent.Select(h => $"{h} is not heard"), .. failed.Select(h => $"a fence device of {h} failed")])}.");
    }

    private static (Compliance, string) Available(AuditFacts facts)
    {
        var costly = facts.Singles.Where(s => s.Lost > 0).ToArray();
        return costly.Length == 0
            ? Met($"Each of {facts.Singles.Length} components was taken away in thought: none leaves a machine without a place to run.")
            : NotMet($"{costly.Length} of {facts.Singles.Length} components would cost machines, the most {costly[0].Components[0]} ({costly[0].Lost} machines): see 'holdfast audit spof'.");
    }

    private static (Compliance, string) Certificates(AuditFacts facts) => NotMet(
        facts.MigrationsEncrypted ? "Migrations use certificates of the cluster's own authority; the agents' API and their heartbeats do not (the latter have a shared secret)." : "Migrations are not encrypted (migrationTls is off), and the agents' API is not either.");
}
