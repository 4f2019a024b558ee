using Holdfast.Core.Agent;
using Holdfast.Core.Balancing;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Tests.Options;

public sealed class OptionsReaderTests
{
    private const string Good = """
        {
          "cluster": "lab", "clusterId": "6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001", "host": "h1", "slot": 0, "listen": "10.81.1.1:8420", "profile": "fast",
          "networks": [
            { "name": "cluster", "role": "cluster", "address": "10.81.1.1", "interface": "cluster0" },
            { "name": "migration", "role": "migration,storage", "address": "10.81.2.1" }
          ],
          "hosts": [
            { "name": "h1", "slot": 0, "addresses": { "cluster": "10.81.1.1", "migration": "10.81.2.1" } },
            { "name": "h2", "slot": 1, "addresses": { "cluster": "10.81.1.2" } }
          ],
          "etcd": { "members": ["h1"] },
          "fence": [{ "agent": "fence_lab", "options": { "device": "/power", "port": "0" }, "hosts": { "h2": { "port": "7" } } }, { "name": "strip", "agent": "fence_apc", "except": ["h1"], "cutsPath": true }],
          "fastShot": true, "acceleration": "tcg"
        }
        """;

    [Fact]
    public void A_good_configuration_is_taken_with_its_defaults()
    {
        var options = OptionsReader.Parse(Good);
        Assert.Equal(("h1", 8421, 8422, "/var/lib/holdfast"), (options.Host, options.HeartbeatPort, options.PeerPort, options.StateDirectory));
        Assert.Equal((2379, 2380), (options.Etcd!.ClientPort, options.Etcd.PeerPort));
        Assert.Equal(("/power", false, 20.0), (options.Fence[0].Options["device"], options.Fence[0].CutsPath, options.Fence[0].LimitSeconds));
        Assert.True(options.Networks[1].Has("storage"));
        Assert.Equal(BalancerSettings.Default with { MovesPerRound = 8 }, options.Balancing.Settings.Limits);
        Assert.Equal(BalanceMode.Off, options.Balancing.Settings.Mode);
    }

    [Fact]
    public void Balancing_is_configured_in_people_s_units()
    {
        var settings = OptionsReader.Parse(Good.Replace("\"fastShot\": true", "\"balancing\": { \"mode\": \"automatic\", \"hotPercent\": 90, \"coolPercent\": 70, \"holdSeconds\": 60, \"coolDownMinutes\": 30 }", StringComparison.Ordinal)).Balancing.Settings;
        Assert.Equal((BalanceMode.Automatic, 0.9, 0.7), (settings.Mode, settings.Limits.HotShare, settings.Limits.CoolShare));
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30)), (settings.Limits.Hold, settings.Limits.CoolDown));
    }

    [Theory]
    [InlineData("\"cluster\": \"lab\"", "\"cluster\": \"My Lab\"", "cluster is 'My Lab'")]
    [InlineData("6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001", "nonsense", "clusterId is 'nonsense'; it must be a UUID in quotes")]
    [InlineData("6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001", "00000000-0000-0000-0000-000000000000", "clusterId is missing")]
    [InlineData("\"slot\": 0, \"listen\"", "\"slot\": 64, \"listen\"", "slot is 64")]
    [InlineData("\"slot\": 0, \"listen\"", "\"slot\": 1, \"listen\"", "slot is 1, but hosts gives 0 to h1")]
    [InlineData("\"host\": \"h1\"", "\"host\": \"h9\"", "hosts does not name this host, 'h9'")]
    [InlineData("\"fast\"", "\"quick\"", "profile is 'quick'; it must be one of fast, standard, san.")]
    [InlineData("\"listen\": \"10.81.1.1:8420\"", "\"listen\": \"here\"", "listen is 'here'")]
    [InlineData("\"role\": \"cluster\"", "\"role\": \"clustr\"", "networks[0].role is 'clustr'")]
    [InlineData("\"role\": \"cluster\"", "\"role\": \"guest\"", "networks has none with the role cluster")]
    [InlineData("\"name\": \"migration\"", "\"name\": \"cluster\"", "networks[1].name is 'cluster'")]
    [InlineData("\"address\": \"10.81.2.1\"", "\"address\": \"x\"", "networks[1].address is 'x'")]
    [InlineData("{ \"cluster\": \"10.81.1.2\" }", "{ \"cluster\": \"y\" }", "hosts[1].addresses.cluster is 'y'")]
    [InlineData("\"slot\": 1", "\"slot\": 0", "hosts[1] (h2, slot 0) has the name or the slot of h1 (slot 0)")]
    [InlineData("[\"h1\"]", "[]", "etcd.members is empty")]
    [InlineData("[\"h1\"]", "[\"h7\"]", "etcd.members names 'h7'")]
    [InlineData("\"agent\": \"fence_lab\"", "\"agent\": \"\"", "fence[0].agent is empty")]
    [InlineData("\"fence\":", "\"fenze\":", "fenze is not known; write 'fence', if that is meant.")]
    [InlineData("\"except\": [\"h1\"]", "\"except\": [\"h7\"]", "fence[1] names 'h7', which hosts does not know.")]
    [InlineData("\"except\": [\"h1\"]", "\"limitSeconds\": 0", "fence[1].limitSeconds is 0")]
    [InlineData("\"fastShot\": true", "\"mostFencings\": 0", "mostFencings is 0")]
    [InlineData("\"fastShot\": true", "\"cpus\": 0", "cpus is 0")]
    [InlineData("\"fastShot\": true", "\"anonymous\": \"admin\"", "anonymous is 'admin'; it must be viewer, so that anybody may read, or be left out.")]
    [InlineData("\"fastShot\": true", "\"auditMiB\": 1", "auditMiB is 1; it must be 32 to")]
    [InlineData("\"fastShot\": true", "\"balancing\": { \"mode\": \"on\" }", "balancing.mode is 'on'; it must be off, recommend or automatic.")]
    [InlineData("\"fastShot\": true", "\"balancing\": { \"hotPercent\": 120 }", "balancing.hotPercent is 120")]
    [InlineData("\"fastShot\": true", "\"balancing\": { \"coolPercent\": 80 }", "balancing.coolPercent is 80; it must be more than 0 and less than hotPercent (80)")]
    [InlineData("\"fastShot\": true", "\"balancing\": { \"holdSeconds\": 1 }", "balancing.holdSeconds is 1")]
    [InlineData("\"fastShot\": true", "\"balancing\": { \"coolDownMinutes\": 0 }", "balancing.coolDownMinutes is 0")]
    [InlineData("\"fastShot\": true", "\"isolationAddresses\": [\"10.0.0.250\"]", "isolationAddresses names only 10.0.0.250")]
    [InlineData("\"fastShot\": true", "\"isolationAddresses\": [\"10.0.0.250\", \"10.0.0.250\"]", "isolationAddresses names only 10.0.0.250")]
    [InlineData("\"fastShot\": true", "\"isolationAddresses\": [\"router\", \"10.0.0.250\"]", "isolationAddresses names 'router'")]
    [InlineData("\"fastShot\": true", "\"migrationFallback\": [\"moon\"]", "migrationFallback names 'moon'")]
    [InlineData("\"fastShot\": true", "\"migrationsAtOnce\": 0", "migrationsAtOnce is 0; it must be 1 to 64.")]
    [InlineData("\"fastShot\": true", "\"migrationsInCluster\": 0", "migrationsInCluster is 0; it must be 1 to 1024.")]
    [InlineData("\"tcg\"", "\"xen\"", "acceleration is 'xen'")]
    [InlineData("\"fence_lab\", \"options\"", "\"\", \"options\"", "fence[0].agent is empty")]
    [InlineData("\"fastShot\": true", "\"socket\": \"run/x\"", "socket is 'run/x'; it must be a whole path that begins with '/'.")]
    [InlineData("\"fastShot\": true", "\"heartbeatPort\": 70000", "heartbeatPort is 70000; its port must be 1 to 65535.")]
    [InlineData("\"fastShot\": true", "\"peerPort\": 2379", "etcd.clientPort has the port 2379, as peerPort has; give each a port of its own.")]
    [InlineData("{ \"cluster\": \"10.81.1.2\" }", "{ \"clster\": \"10.81.1.2\" }", "hosts[1].addresses.clster is on no network of this file; networks names cluster, migration.")]
    [InlineData("\"addresses\": { \"cluster\": \"10.81.1.1\", \"migration\"", "\"addresses\": { \"migration\"", "hosts[0].addresses has none on the network 'cluster', and h1 is a member of etcd")]
    public void A_wrong_field_is_named(string right, string wrong, string complaint)
    {
        Assert.Contains(right, Good);
        var e = Assert.Throws<OptionsException>(() => OptionsReader.Parse(Good.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.StartsWith(complaint, e.Message);
    }

    [Theory]
    [InlineData("\"slot\": 0, \"listen\"", "\"slot\": \"0\", \"listen\"", 2, "slot is '0'; it must be a whole number without quotes.")]
    [InlineData("\"role\": \"migration,storage\"", "\"rolle\": \"migration\"", 5, "networks[1].rolle is not known; write 'role', if that is meant.")]
    [InlineData("\"role\": \"migration,storage\", ", "", 5, "networks[1].role is missing; it must be a text in quotes.")]
    [InlineData("\"role\": \"migration,storage\"", "\"role\": \"migrate\"", 5, "networks[1].role is 'migrate'; it must be one or several of cluster, migration, storage, guest.")]
    [InlineData("\"slot\": 1", "\"slot\": 0", 9, "hosts[1] (h2, slot 0) has the name or the slot of h1 (slot 0)")]
    [InlineData("[\"h1\"] }", "\"h1\" }", 11, "etcd.members is 'h1'; it must be a list in [ ].")]
    [InlineData("[\"h1\"] }", "[null] }", 11, "etcd.members[0] is null; it must be a text in quotes.")]
    [InlineData("\"fastShot\": true", "\"fastShot\": \"yes\"", 13, "fastShot is 'yes'; it must be true or false.")]
    [InlineData("\"fastShot\": true", "\"host\": \"h2\"", 13, "host is there a second time (first in line 2); keep one of them.")]
    [InlineData("\"fastShot\": true", "\"balancing\": { \"hotPercent\": \"much\" }", 13, "balancing.hotPercent is 'much'; it must be a number without quotes.")]
    [InlineData("\"fastShot\": true", "\"balancing\": null", 13, "balancing is null; it must be an object in { }.")]
    [InlineData("\"fastShot\": true", "\"xyzzy\": 1", 13, "xyzzy is not known; known here are acceleration, anonymous, ")]
    [InlineData("\"fastShot\": true", "\"fastShot\" true", 13, "it is not JSON as it should be: ")]
    [InlineData("\"tcg\"\n}", "\"tcg\"\n}\n}", 15, "it is not JSON as it should be: ")]
    public void The_line_that_is_wrong_is_named(string right, string wrong, int line, string complaint)
    {
        Assert.Contains(right, Good);
        var e = Assert.Throws<OptionsException>(() => OptionsReader.Parse(Good.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.StartsWith(complaint, e.Message);
        Assert.Equal(line, e.Line);
    }

    [Fact]
    public void A_key_that_is_missing_has_no_line_and_what_a_person_may_write_beside_JSON_is_taken()
    {
        Assert.Null(Assert.Throws<OptionsException>(() => OptionsReader.Parse("// nothing yet\n{ }")).Line);
        Assert.Equal("h1", OptionsReader.Parse("// our cluster\n" + Good.Replace("\"acceleration\": \"tcg\"", "/* slow */ \"acceleration\": \"tcg\",", StringComparison.Ordinal)).Host);
        Assert.Null(OptionsReader.Parse(Good.Replace("\"fastShot\": true", "\"watchdog\": null", StringComparison.Ordinal)).Watchdog);
    }

    [Fact]
    public void The_package_s_example_lacks_nothing_but_the_cluster_s_id()
    {
        var top = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(top!.FullName, "packaging/deb/holdfastd.json")))
        {
            top = top.Parent;
        }

        var text = File.ReadAllText(Path.Combine(top.FullName, "packaging/deb/holdfastd.json"));
        var e = Assert.Throws<OptionsException>(() => OptionsReader.Parse(text));
        Assert.Equal((5, "clusterId is missing; make one with 'uuidgen' and give it to every host of the cluster."), (e.Line, e.Message));
        Assert.Equal("h1", OptionsReader.Parse(text.Replace($"{Guid.Empty}", $"{Guid.NewGuid()}", StringComparison.Ordinal)).Host);
    }

    [Fact]
    public void The_file_and_the_line_stand_before_the_sentence()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Good.Replace("\"kvm\"", "", StringComparison.Ordinal).Replace("\"tcg\"", "\"xen\"", StringComparison.Ordinal));
            Assert.Equal($"{file}, line 13: acceleration is 'xen'; it must be kvm or tcg.", Assert.Throws<OptionsException>(() => OptionsReader.Read(file)).Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Each_host_has_its_devices_in_the_order_of_the_levels()
    {
        var levels = FenceLevels.Of(OptionsReader.Parse(Good));
        Assert.Equal([new FenceLevel("fence_lab", CutsPath: false)], levels[0]);
        Assert.Equal([new FenceLevel("fence_lab", CutsPath: false), new FenceLevel("strip", CutsPath: true)], levels[1]);
    }

    [Fact]
    public void Migrations_go_over_the_migration_networks_then_the_fallbacks_and_without_any_over_the_cluster_network()
    {
        string[] Of(string text) => [.. OptionsReader.Parse(text).MigrationNetworks.Select(n => n.Name)];
        Assert.Equal(["migration"], Of(Good));
        Assert.Equal(["migration", "cluster"], Of(Good.Replace("\"fastShot\"", "\"migrationFallback\": [\"cluster\", \"migration\"], \"fastShot\"", StringComparison.Ordinal)));
        Assert.Equal(["cluster"], Of(Good.Replace("migration,storage", "storage", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_missing_file_and_broken_JSON_are_said()
    {
        Assert.Contains("cannot be read", Assert.Throws<OptionsException>(() => OptionsReader.Read("/no/such/file")).Message);
        Assert.StartsWith("it is not JSON", Assert.Throws<OptionsException>(() => OptionsReader.Parse("{")).Message);
        Assert.StartsWith("it is not JSON", Assert.Throws<OptionsException>(() => OptionsReader.Parse("")).Message);
        Assert.StartsWith("the file is a list; it must be an object", Assert.Throws<OptionsException>(() => OptionsReader.Parse("[]")).Message);
    }
}
