using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Model;
using Holdfast.Daemon.Metrics;

namespace Holdfast.Daemon.Tests.Metrics;

/// <summary>What Prometheus reads.</summary>
public sealed partial class MetricTests
{
    private static readonly MachineDefinition Web = Snapshots.Definition("web");

    [Fact]
    public async Task Each_thing_is_told_in_base_units_with_who_and_where()
    {
        var text = await TextAsync(Full());
        Assert.Contains("holdfast_lease_remaining_seconds{datastore=\"shared\"} 5.5\n", text);
        Assert.Contains("holdfast_lease_renewal_age_seconds{datastore=\"shared\"} 0.5\n", text);
        Assert.Contains("holdfast_host_memory_free_bytes 4294967296\n", text);
        Assert.Contains("holdfast_machine_instances_running{machine=\"web\"} 1\n", text);
        Assert.Contains("holdfast_machine_restart_bound_seconds{machine=\"web\",by=\"device\"} 3\n", text);
        Assert.DoesNotContain("by=\"silence\"", text);
        Assert.Contains("holdfast_link_delay_seconds{network=\"cluster\",from=\"h2\",to=\"h1\"} 0.002\n", text);
        Assert.Contains("holdfast_link_up{network=\"cluster\",from=\"h2\",to=\"h1\"} 1\n", text);
        Assert.Contains("holdfast_link_loss_ratio{network=\"cluster\",from=\"h2\",to=\"h1\"} 0.25\n", text);
        Assert.DoesNotContain("from=\"h1\",to=\"h2\"", text);
        Assert.Contains("holdfast_quorum 1\n", text);
        Assert.Contains("holdfast_hosts_spare 1\n", text);
    }

    [Fact]
    public async Task A_copy_that_executes_where_the_table_has_no_such_machine_counts_and_a_frozen_one_does_not()
    {
        var rogue = Full() with { Machines = [], Guard = new([], [new(Web.Id, "web", Executes: true), new(Guid.NewGuid(), "db", Executes: false)]) };
        var text = await TextAsync(rogue);
        Assert.Contains("holdfast_machine_instances_running{machine=\"web\"} 1\n", text);
        Assert.Contains("holdfast_machine_instances_running{machine=\"db\"} 0\n", text);
    }

    [Fact]
    public async Task What_is_no_more_has_no_series_any_more()
    {
        var lifetime = new LifetimeMetrics();
        Assert.Contains("machine=\"web\"", await TextAsync(Full(), lifetime));
        Assert.DoesNotContain("machine=\"web\"", await TextAsync(Full() with { Machines = [], Guard = null }, lifetime));
    }

    [Theory]
    [InlineData("alive", 4096, false, 1, "", 1, "")]
    [InlineData("alive", 100, false, 0, "no room", 0, "no room")]
    [InlineData("dead", 4096, false, 0, "no host takes machines", 0, "no host takes machines")]
    [InlineData("alive", 4096, true, 0, "disarmed", 1, "")]
    public async Task Protected_and_movable_come_with_the_reason(string peer, long free, bool disarmed, int isProtected, string why, int isMovable, string whyNot)
    {
        var text = await TextAsync(Full(peer, free) with { Disarmed = disarmed ? "root: work" : null });
        Assert.Contains($"holdfast_machine_protected{{machine=\"web\",reason=\"{why}\"}} {isProtected}\n", text);
        Assert.Contains($"holdfast_machine_movable{{machine=\"web\",reason=\"{whyNot}\"}} {isMovable}\n", text);
    }

    [Fact]
    public async Task A_migration_that_ended_is_counted_once_with_its_pause()
    {
        var lifetime = new LifetimeMetrics();
        var stamps = ImmutableSortedDictionary<string, double>.Empty.Add("stopped", 1000).Add("resumed", 1200);
        var moved = Full() with { Moves = [new MoveView(Guid.NewGuid(), Web.Id, 0, 1, "done", "", stamps)] };
        lifetime.Decided(new Decision("moved", Web.Id, "h2", null, ""));
        lifetime.Decided(new Decision("fence-failed", null, "h2", null, ""));
        await TextAsync(moved, lifetime);
        var text = await TextAsync(moved, lifetime);
        Assert.Contains("holdfast_migration_pause_seconds_count 1\n", text);
        Assert.Contains("holdfast_migration_pause_seconds_bucket{le=\"0.1\"} 0\n", text);
        Assert.Contains("holdfast_migration_pause_seconds_bucket{le=\"0.3\"} 1\n", text);
        Assert.Contains("holdfast_migrations_total{outcome=\"moved\"} 1\n", text);
        Assert.Contains("holdfast_fencings_total{outcome=\"failed\"} 1\n", text);
        Assert.Contains("holdfast_fencings_total{outcome=\"fenced\"} 0\n", text);
    }

    [Theory]
    [InlineData("packaging/prometheus/holdfast.rules.yml")]
    [InlineData("packaging/grafana/holdfast.json")]
    public async Task Alerts_and_dashboard_ask_only_for_metrics_that_there_are(string file)
    {
        var lifetime = new LifetimeMetrics();
        lifetime.Decided(new Decision("moved", null, null, null, ""));
        var there = Metric().Matches(await TextAsync(Full(), lifetime)).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        var asked = Metric().Matches(await File.ReadAllTextAsync(Path.Combine(Top(), file))).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(asked.Count > 10);
        Assert.Equal([], asked.Except(there));
    }

    [Fact]
    public async Task The_document_names_every_metric()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Top(), "docs/operations/metrics.md"));
        var lifetime = new LifetimeMetrics();
        lifetime.Decided(new Decision("moved", null, null, null, ""));
        var there = (await TextAsync(Full(), lifetime)).Split('\n').Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2]);
        Assert.Equal([], there.Where(name => !document.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    private static HostSnapshot Full(string peer = "alive", long free = 4096)
    {
        var load = new HostLoad(4, 1.5, 8192, 4096);
        var networks = ImmutableSortedDictionary<string, string>.Empty.Add("cluster", "ok");
        var hosts = ImmutableArray.Create(Snapshots.Host("h1", 0) with { Load = load, Networks = networks }, Snapshots.Host("h2", 1, peer, free) with { Load = load, Networks = networks });
        var quality = new LinkQuality(0.25, TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(1));
        return Snapshots.Of(hosts, [Snapshots.Machine(Web, "running", 0, 7, local: true)]) with
        {
            Picture = new(0, [new("cluster", NetworkRoles.Cluster)], [Picture(0, "h1"), Picture(1, "h2")]),
            Links = [new("cluster", 1, 0, quality), new("cluster", 0, 1, quality)],
            OwnLinks = ImmutableSortedDictionary<string, OwnLink>.Empty.Add("cluster", new OwnLink(true, 1500)),
            Guard = new([new("shared", TimeSpan.FromSeconds(0.5), 0)], [new(Web.Id, "web", Executes: true)]),
            FenceDevices = [new(1, 0, "power", "proven", null, TimeSpan.Zero)],
        };

        static HostPicture Picture(int slot, string name) => new(slot, name, Presence.Alive, ImmutableSortedDictionary<string, ulong>.Empty.Add("cluster", 3), null, null, true);
    }

    private static async Task<string> TextAsync(HostSnapshot snapshot, LifetimeMetrics? lifetime = null)
    {
        using var text = new MemoryStream();
        await MetricRoutes.WriteAsync(text, snapshot, quorum: true, alarms: 0, lifetime ?? new(), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string Top()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Holdfast.slnx")))
        {
            at = Path.GetDirectoryName(at)!;
        }

        return at;
    }

    [GeneratedRegex("holdfast_[a-z_]+")]
    private static partial Regex Metric();
}
