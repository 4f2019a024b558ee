using System.Collections.Immutable;
using Holdfast.Core.Audit;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Tests.Topology;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Audit;

public sealed class BsiAuditTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Two migration networks, two isolation addresses, watchdogs, room for everything.</summary>
    private static Plant Sound => new()
    {
        Watchdog = WatchdogClass.Hardware,
        Addresses = ["10.0.0.1", "10.0.0.2"],
        Networks = [Plant.Net("cluster", NetworkRoles.Cluster), Plant.Net("migration", NetworkRoles.Migration), Plant.Net("second", NetworkRoles.Migration), Plant.Net("storage", NetworkRoles.Storage), Plant.Net("guest", NetworkRoles.Guest)],
        Declared = """
            {
              "switches": [{ "name": "sw1" }, { "name": "sw2" }, { "name": "r1" }, { "name": "r2" }],
              "addresses": [{ "address": "10.0.0.1", "switch": "r1" }, { "address": "10.0.0.2", "switch": "r2" }],
              "networks": [{ "name": "storage", "switches": ["sw1", "sw2"] }],
              "trunks": [{ "one": "sw1", "other": "sw2" }]
            }
            """,
    };

    [Fact]
    public void Each_requirement_is_answered_once_with_evidence()
    {
        var findings = Of(Sound.Machine("a", 1));
        Assert.Equal(findings.Length, findings.Select(f => f.Requirement.Id).Distinct().Count());
        Assert.Equal(8, findings.Count(f => f.Requirement.Level == "threat"));
        Assert.Equal(
            ["DER.4 15", "NET.1.1 36", "SYS.1.5 26", "SYS.1.8 23"],
            findings.Where(f => f.Requirement.Level != "threat").GroupBy(f => f.Requirement.Id[..f.Requirement.Id.LastIndexOf('.')]).Select(g => $"{g.Key} {g.Count()}").Order());
        Assert.All(findings.Where(f => f.Compliance == Compliance.CannotBeChecked), f => Assert.Contains("To be looked at by: ", f.Evidence, StringComparison.Ordinal));
        Assert.All(findings, f => Assert.EndsWith(".", f.Evidence, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sound_cluster_meets_the_threat_but_for_what_nobody_can_check_and_its_single_datastore()
    {
        var findings = Of(Sound.Machine("a", 1).Machine("b", 2));
        Assert.Equal(
            ["1 Met", "2 Met", "3 Met", "4 Met", "5 Met", "6 Met", "7 NotMet", "8 Met"],
            findings.Where(f => f.Requirement.Level == "threat").Select(f => $"{f.Requirement.Id[^2]} {f.Compliance}"));
        Assert.StartsWith("network:storage alone pulls the disk of 2 machines", Finding(findings, "G 4.75 (7)").Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void One_migration_network_is_not_enough_and_neither_are_two_on_one_switch()
    {
        Assert.StartsWith("Only migration may carry migrations", Met(new Plant().Machine("a", 1), "G 4.75 (1)", Compliance.NotMet), StringComparison.Ordinal);
        var declared = """{ "switches": [{ "name": "sw1" }], "networks": [{ "name": "migration", "switches": ["sw1"] }, { "name": "second", "switches": ["sw1"] }] }""";
        var shared = new Plant { Networks = Sound.Networks, Declared = declared }.Machine("a", 1);
        Assert.Contains("all of them fail with switch:sw1", Met(shared, "G 4.75 (1)", Compliance.NotMet), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_watchdog_or_device_the_fail_over_is_not_met_and_nothing_runs_twice_all_the_same()
    {
        var bare = new Plant { Networks = Sound.Networks }.Machine("a", 1);
        Assert.Contains("h1 dead, a would be pending", Met(bare, "G 4.75 (2)", Compliance.NotMet), StringComparison.Ordinal);
        Assert.Contains("h1, h2 and h3: neither watchdog nor fence device", Met(bare, "G 4.75 (5)", Compliance.Met), StringComparison.Ordinal);
        Met(bare, "G 4.75 (5)", Compliance.NotMet, f => f with { TimingOnly = true });
    }

    [Fact]
    public void Isolation_wants_several_addresses_behind_several_switches()
    {
        Assert.Contains("no isolation address", Met(new Plant().Machine("a", 1), "G 4.75 (4)", Compliance.NotMet), StringComparison.Ordinal);
        Assert.Contains("only one", Met(new Plant { Addresses = ["10.0.0.1"] }.Machine("a", 1), "G 4.75 (4)", Compliance.NotMet), StringComparison.Ordinal);
        var behind = new Plant
        {
            Addresses = ["10.0.0.1", "10.0.0.2"],
            Declared = """{ "switches": [{ "name": "r1" }], "addresses": [{ "address": "10.0.0.1", "switch": "r1" }, { "address": "10.0.0.2", "switch": "r1" }] }""",
        };
        Assert.Contains("switch:r1", Met(behind.Machine("a", 1), "G 4.75 (4)", Compliance.NotMet), StringComparison.Ordinal);
    }

    [Fact]
    public void Guests_on_the_clusters_network_break_two_requirements_and_a_host_that_is_not_on_all_networks_one()
    {
        var mixed = new Plant { Networks = [Plant.Net("all", NetworkRoles.Cluster | NetworkRoles.Guest | NetworkRoles.Migration), Plant.Net("storage", NetworkRoles.Storage)] }.Machine("a", 1);
        Met(mixed, "SYS.1.5.A4", Compliance.NotMet);
        Met(mixed, "SYS.1.5.A11", Compliance.NotMet);
        Met(mixed, "SYS.1.5.A9", Compliance.NotMet);
        Met(Sound.Machine("a", 1), "SYS.1.5.A4", Compliance.Met);
        var facts = Sound.Machine("a", 1).Facts;
        var lacking = facts with { Hosts = facts.Hosts.SetItem(1, facts.Hosts[1] with { Networks = facts.Hosts[1].Networks.Remove("second") }) };
        Assert.Equal("Not every host is on every network: h2 (no second).", Finding(Of(Layout.Of(lacking, Declaration.Empty)), "SYS.1.5.A14").Evidence);
    }

    [Fact]
    public void The_last_event_of_any_kind_that_proves_it_is_shown_and_none_is_unproven()
    {
        var seen = ImmutableDictionary<string, Exercise>.Empty.Add("taken-over", new(Noon, "h2", "a was taken from h1")).Add("fenced", new(Noon.AddDays(-3), "h3", "h1 is off"));
        var findings = BsiAudit.Of(Facts(Sound.Machine("a", 1).Layout) with { Exercised = seen });
        Assert.Equal("a was taken from h1", Finding(findings, "G 4.75 (5)").Exercised?.What);
        Assert.Equal((Noon, "h2"), (Finding(findings, "G 4.75 (2)").Exercised!.At, Finding(findings, "G 4.75 (2)").Exercised!.Host));
        Assert.Null(Finding(findings, "G 4.75 (1)").Exercised);
        Assert.Empty(Finding(findings, "G 4.75 (6)").Proofs.Except(["duplicate-address"]));
    }

    [Fact]
    public void A_drill_proves_what_it_exercises_and_one_that_failed_or_is_long_ago_does_not()
    {
        Exercise Drill(int days, string what) => new(Noon.AddDays(-days), "h1", what);
        AuditFacts After(string name, Exercise drill) => Facts(Sound.Machine("a", 1).Layout) with { Exercised = ImmutableDictionary<string, Exercise>.Empty.Add($"drill:{name}", drill) };
        var good = BsiAudit.Of(After("nic-silent", Drill(3, "as expected: it is silent")));
        Assert.Equal(Compliance.Met, Finding(good, "DER.4.A10").Compliance);
        Assert.StartsWith("nic-silent on 2026-11-27.", Finding(good, "DER.4.A10").Evidence, StringComparison.Ordinal);
        Assert.Equal(["DER.4.A10", "DER.4.A12", "DER.4.A14", "G 4.75 (3)", "NET.1.1.A28"], good.Where(f => f.Exercised is not null).Select(f => f.Requirement.Id).Order());
        var failed = BsiAudit.Of(After("nic-silent", Drill(3, "not as expected: it is silent")));
        Assert.Null(Finding(failed, "G 4.75 (3)").Exercised);
        Assert.Contains("nic-silent: not as expected", Finding(failed, "DER.4.A14").Evidence, StringComparison.Ordinal);
        Assert.Equal(Compliance.NotMet, Finding(failed, "DER.4.A14").Compliance);
        Assert.StartsWith("No drill was run within a year; the last was nic-silent", Finding(BsiAudit.Of(After("nic-silent", Drill(400, "as expected: it is silent"))), "DER.4.A10").Evidence, StringComparison.Ordinal);
        Assert.StartsWith("No agent knows of a drill", Met(Sound.Machine("a", 1), "DER.4.A10", Compliance.NotMet), StringComparison.Ordinal);
    }

    [Fact]
    public void The_way_to_the_storage_is_met_when_no_single_part_of_it_takes_a_datastore_away()
    {
        Assert.StartsWith("No single switch, cable, card or power strip takes a datastore away", Met(Sound.Machine("a", 1), "SYS.1.8.A22", Compliance.Met), StringComparison.Ordinal);
        Assert.Contains("switch:storage alone takes a datastore away", Met(new Plant().Machine("a", 1), "SYS.1.8.A22", Compliance.NotMet), StringComparison.Ordinal);
        Met(Sound.Machine("a", 1), "SYS.1.8.A14", Compliance.Met);
        var mixed = new Plant { Networks = [Plant.Net("cluster", NetworkRoles.Cluster | NetworkRoles.Migration), Plant.Net("all", NetworkRoles.Storage | NetworkRoles.Guest)] }.Machine("a", 1);
        Assert.StartsWith("all carries guests and the datastores", Met(mixed, "SYS.1.8.A14", Compliance.NotMet), StringComparison.Ordinal);
        Assert.StartsWith("all carries guests and what the cluster", Met(mixed, "NET.1.1.A7", Compliance.NotMet), StringComparison.Ordinal);
    }

    [Fact]
    public void The_plan_of_the_network_is_met_when_nothing_in_it_is_guessed_and_compared_where_somebody_sees_it()
    {
        Assert.Contains("switch:cluster", Met(new Plant().Machine("a", 1), "NET.1.1.A2", Compliance.NotMet), StringComparison.Ordinal);
        var declared = new Plant { Declared = """{ "switches": [{ "name": "s" }], "networks": [{ "name": "cluster", "switches": ["s"] }, { "name": "migration", "switches": ["s"] }, { "name": "storage", "switches": ["s"] }, { "name": "guest", "switches": ["s"] }] }""" };
        Met(declared.Machine("a", 1), "NET.1.1.A2", Compliance.Met);
        Assert.Contains("switch:s", Met(declared, "NET.1.1.A31", Compliance.NotMet), StringComparison.Ordinal);
        Met(declared, "NET.1.1.A15", Compliance.CannotBeChecked);
        Assert.Contains("would each cost machines", Met(declared, "NET.1.1.A28", Compliance.NotMet), StringComparison.Ordinal);
    }

    private static string Met(Plant plant, string id, Compliance compliance, Func<AuditFacts, AuditFacts>? change = null)
    {
        var finding = Finding(BsiAudit.Of((change ?? (f => f))(Facts(plant.Layout))), id);
        Assert.Equal((compliance, id), (finding.Compliance, finding.Requirement.Id));
        return finding.Evidence;
    }

    private static ImmutableArray<Finding> Of(Plant plant) => Of(plant.Layout);

    private static ImmutableArray<Finding> Of(Layout layout) => BsiAudit.Of(Facts(layout));

    private static AuditFacts Facts(Layout layout) => new(layout, new FailureAudit(layout).Singles(), ImmutableDictionary<string, Exercise>.Empty) { At = Noon, MigrationsEncrypted = true, ApiOnNetwork = true, TimingOnly = false };

    private static Finding Finding(ImmutableArray<Finding> findings, string id) => findings.Single(f => f.Requirement.Id == id);
}
