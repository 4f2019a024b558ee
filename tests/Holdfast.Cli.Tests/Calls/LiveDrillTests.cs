using System.Net;
using Holdfast.Cli.Commands.Drill;
using Holdfast.Cli.Commands.Drill.Live;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Calls;

public sealed class LiveDrillTests : IDisposable
{
    private static readonly LiveHost Alpha = new()
    {
        Host = "alpha",
        Cluster = "c",
        Networks = [new("heart", "cluster"), new("move", "migration,storage")],
        Hosts = [new("alpha", new() { ["heart"] = "10.0.0.1" }), new("beta", new() { ["heart"] = "10.0.0.2" }), new("gamma", new() { ["heart"] = "fd00::3" })],
    };

    private readonly string folder = Directory.CreateTempSubdirectory("live").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Only_what_costs_no_machine_anything_and_hurts_one_network_of_one_host_is_for_a_live_cluster() =>
        Assert.Equal(["loss-20", "migration-silent", "mtu-hole", "nic-silent", "one-way-in", "one-way-out"], Drills.All.Where(LivePlan.CanBe).Select(d => d.Name).Order());

    [Fact]
    public void A_plan_has_the_names_of_this_host_and_its_networks_and_only_signs_that_its_own_agent_gives()
    {
        var plan = LivePlan.Of(Drills.Named("one-way-in"), Alpha);
        Assert.Equal("heart", plan.Network);
        Assert.Equal(["alpha names alpha's heart cable or card, receiving", "alpha says that alpha is connected"], plan.Signs.Select(s => s.ToString()));
        var refused = Assert.Throws<UsageException>(() => LivePlan.Of(Drills.Named("host-dead"), Alpha));
        Assert.Contains("for a lab only", refused.Message, StringComparison.Ordinal);
        Assert.Contains("role migration", Assert.Throws<UsageException>(() => LivePlan.Of(Drills.Named("mtu-hole"), Alpha with { Networks = [Alpha.Networks[0]] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_others_addresses_have_the_limit_in_the_same_transaction_as_the_rules_that_name_them()
    {
        var text = LiveFault.Text([new LabFault.OneWay("h1", "cluster", In: true)], Alpha.OthersOn("heart"), TimeSpan.FromSeconds(60));
        Assert.Contains("elements = { 10.0.0.2 timeout 60s };", text, StringComparison.Ordinal);
        Assert.Contains("elements = { fd00::3 timeout 60s };", text, StringComparison.Ordinal);
        Assert.Contains("    ip saddr @others4 drop\n    ip6 saddr @others6 drop\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("daddr", text, StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.1 ", text, StringComparison.Ordinal);
        Assert.StartsWith(LiveFault.Gone(), text, StringComparison.Ordinal);
        var loss = LiveFault.Text([new LabFault.Loss("h1", "cluster", 20), new LabFault.Mtu("h1", "cluster", 1400)], Alpha.OthersOn("heart"), TimeSpan.FromSeconds(60));
        Assert.Contains("ip daddr @others4 numgen random mod 10000 < 2000 drop\n    ip daddr @others4 meta length > 1400 drop\n", loss, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_confirmation_with_another_name_or_elsewhere_nothing_is_done()
    {
        (await Call.RunAsync(["drill", "run", "one-way-in", "--live", "--for", "5"])).IsOneSentence(ExitCode.Usage, "5 s", "20 to 300");
        (await Call.RunAsync(["drill", "run", "one-way-in", "--live", "--config", $"{folder}/none.json"])).IsOneSentence(ExitCode.Usage, Environment.IsPrivilegedProcess ? "none.json" : "root");
    }

    [Fact]
    public void A_report_says_for_the_events_what_it_cost_and_how_it_ended()
    {
        var report = new DrillReport(DateTimeOffset.UnixEpoch, "one-way-in", "It is deaf.", [new("m", Fate.Unharmed, "h1", "h1", false, 0, 0, 0, null, null, false, null)], [], [], 20, 1.5, null) { Host = "alpha" };
        Assert.Equal("as expected: It is deaf (on alpha); 1 machines, longest outage 0.0 s; whole again after 1.5 s", report.Summary);
        Assert.StartsWith("not as expected: It is deaf", (report with { NotWhole = "h2 is silent" }).Summary, StringComparison.Ordinal);
    }
}
