using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Holdfast.Adapters.Linux.Survey;
using Holdfast.Core.Topology;

namespace Holdfast.Adapters.Tests.Linux.Survey;

public sealed class SurveyTests
{
    private static readonly SurveyedNetwork[] Networks = [new("cluster", null, "10.0.0.11"), new("storage", "bond0.20", "10.0.2.11"), new("guest", "br-guest", ""), new("gone", "eth9", "10.9.9.9")];

    [Fact]
    public async Task A_bond_of_both_ports_of_one_card_is_followed_to_the_two_switches_that_LLDP_names()
    {
        var cluster = (await Seen()).LinkTo("cluster")!;
        Assert.Equal(("bond0", "802.3ad", true), (cluster.Interface, cluster.Mode, cluster.SlowLacp));
        Assert.Equal(["10.0.0.0/24"], cluster.Subnets);
        Assert.Equal([("eno1", true, "0000:03:00", "sw1.example.org", "Gi1/0/3"), ("eno2", false, "0000:03:00", "sw2.example.org", "Gi1/0/3")], cluster.Members.Select(m => (m.Nic, m.Carrier, m.Card, m.Port?.Switch, m.Port?.Port)));
        Assert.Equal(["10.0.9.1", "fe80::21b:21ff:feaa:1"], cluster.Members[0].Port!.Addresses);
    }

    [Fact]
    public async Task A_VLAN_goes_over_the_members_of_its_bond_and_a_bridge_over_its_card_not_its_taps()
    {
        var sight = await Seen();
        Assert.Equal(["eno1", "eno2"], sight.LinkTo("storage")!.Members.Select(m => m.Nic));
        Assert.Equal(["10.0.2.0/23"], sight.LinkTo("storage")!.Subnets);
        var guest = sight.LinkTo("guest")!;
        Assert.Equal("bridge", guest.Mode);
        Assert.Equal([("enp4s0", "0000:04:00", "00:1b:21:aa:00:03")], guest.Members.Select(m => (m.Nic, m.Card, m.Port?.Switch)));
        Assert.Null(sight.LinkTo("gone"));
        Assert.Empty(sight.Unknown);
    }

    [Fact]
    public void Servers_that_a_host_needs_are_those_that_its_own_configuration_names_by_address()
    {
        var needs = ServerNeeds.Parse(
            ("/etc/resolv.conf", "# nameserver 9.9.9.9\nnameserver 10.0.0.53\nnameserver 127.0.0.53\nsearch example.org\n"), ("/etc/chrony/chrony.conf", "pool 10.0.0.123 iburst\nserver ntp.example.org\nserver 10.0.0.123\n"),
            ("/etc/systemd/timesyncd.conf", "[Time]\nNTP=10.0.0.124 fd00::1\n#NTP=10.9.9.9\n"));
        Assert.Equal([("names", "10.0.0.53"), ("time", "10.0.0.123"), ("time", "10.0.0.124"), ("time", "fd00::1")], needs.Select(n => (n.What, n.Address)));
    }

    [Fact]
    public void A_bridge_that_has_nothing_else_goes_over_its_virtual_cable()
    {
        var links = KernelLink.Parse("""[{"ifname":"g0up","flags":["UP","LOWER_UP"],"master":"g0","linkinfo":{"info_kind":"veth"}},{"ifname":"g0","flags":["UP"],"linkinfo":{"info_kind":"bridge"}}]""");
        var link = SightMaker.Link(new("guest", "g0", ""), links, ImmutableDictionary<string, SeenPort>.Empty);
        Assert.Equal(new SeenMember("g0up", Carrier: true), Assert.Single(link!.Members));
    }

    [Fact]
    public void A_port_that_hears_two_switches_is_known_to_be_in_neither()
    {
        var second = Recorded.Neighbours.Replace("\"Station\",\"enabled\":true},{\"type\":\"Bridge\",\"enabled\":false", "\"Bridge\",\"enabled\":true", StringComparison.Ordinal);
        Assert.Equal(["eno1", "enp4s0"], LldpNeighbours.Parse(second).Keys);
        Assert.Empty(LldpNeighbours.Parse("""{"lldp":[{}]}"""));
    }

    [Fact]
    public async Task Without_lldpd_the_ends_of_the_cables_are_unknown_and_all_else_is_seen()
    {
        var sight = await Seen(lldp: (null, "lldpcli is not installed"));
        Assert.Equal(["LLDP: lldpcli is not installed"], sight.Unknown);
        Assert.Equal([null, null], sight.LinkTo("cluster")!.Members.Select(m => m.Port));
        Assert.Equal("0000:03:00", sight.LinkTo("cluster")!.Members[0].Card);
    }

    [Theory]
    [InlineData("""{"lldp":[{"interface":[{"name":"eno1","via":""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("unable to connect")]
    public async Task Broken_output_is_unknown_with_a_reason(string output)
    {
        var sight = await Seen(lldp: (output, ""));
        Assert.StartsWith("LLDP: lldpcli printed something else than expected (", Assert.Single(sight.Unknown), StringComparison.Ordinal);
        Assert.Equal(3, sight.Links.Length);
    }

    [Fact]
    public async Task Without_ip_nothing_is_seen_and_that_is_told()
    {
        var sight = await Seen(ip: ("{", ""));
        Assert.Empty(sight.Links);
        Assert.StartsWith("Links: ip printed", Assert.Single(sight.Unknown), StringComparison.Ordinal);
    }

    [Fact]
    public void A_multipath_map_tells_its_paths_and_the_cards_they_go_out_through()
    {
        var maps = MultipathMap.Parse(Recorded.Maps);
        Assert.Equal([new("sda", true, "0000:0b:00"), new("sdb", false, "0000:0b:00"), new("sdc", true, "0000:0c:00")], maps[0].Paths);
        Assert.True(maps[0].HasOwnFabric);
        Assert.Equal([IPAddress.Parse("10.0.2.11"), IPAddress.Parse("10.0.0.11")], maps[1].Adapters);
        Assert.False(maps[1].HasOwnFabric);
        Assert.ThrowsAny<JsonException>(() => MultipathMap.Parse("ok"));
        Assert.ThrowsAny<JsonException>(() => MultipathMap.Parse("[]"));
    }

    [Fact]
    public void A_datastore_is_reached_over_the_network_that_its_server_is_in()
    {
        Assert.Equal(("nfs4", "filer.example.org:/vol/one", "storage"), Datastore("/mnt/shared/holdfast"));
        Assert.Equal(("gfs2", "/dev/mapper/gold", ""), Datastore("/mnt/gold one"));
        Assert.Equal(("gfs2", "/dev/dm-4", "cluster storage"), Datastore("/mnt/silver"));
        Assert.Equal(("fuse.glusterfs", "10.0.3.9:/vol", "storage"), Datastore("/mnt/brick"));
        Assert.Equal(("fuse.glusterfs", "store:/vol", null), Datastore("/mnt/named"));
        Assert.Equal(("nfs4", "[fd00::1]:/vol", null), Datastore("/mnt/covered"));
        Assert.Equal(("ext4", "/dev/sda2", null), Datastore("/mnt/sharedother"));
    }

    [Fact]
    public async Task A_program_that_is_missing_fails_or_hangs_is_told_of()
    {
        var limit = TimeSpan.FromSeconds(20);
        Assert.Equal(("two\n", ""), await ProgramOutput.OfAsync(["echo", "two"], limit, CancellationToken.None));
        Assert.Equal((null, "no-such-program is not installed"), await ProgramOutput.OfAsync(["no-such-program"], limit, CancellationToken.None));
        Assert.Equal((null, "sh failed: no socket"), await ProgramOutput.OfAsync(["sh", "-c", "echo first >&2; echo no socket >&2; exit 3"], limit, CancellationToken.None));
        Assert.Equal((null, "sleep has not ended within 0.1 s"), await ProgramOutput.OfAsync(["sleep", "1000"], TimeSpan.FromSeconds(0.1), CancellationToken.None));
    }

    [Fact]
    public async Task A_look_that_fails_altogether_leaves_what_was_seen_and_says_so()
    {
        var works = true;
        using var survey = new HostSurvey(Networks, () => works ? [] : throw new NotSupportedException("nobody thought of this"), (_, _) => Task.FromResult<(string?, string)>((Recorded.Links, "")));
        await survey.TryLookAsync();
        works = false;
        await survey.TryLookAsync();
        Assert.NotNull(survey.Sight.LinkTo("cluster"));
        Assert.Contains("nobody thought of this", Assert.Single(survey.Sight.Unknown), StringComparison.Ordinal);
    }

    private static (string Type, string Source, string? Networks) Datastore(string path)
    {
        var links = KernelLink.Parse(Recorded.Links);
        ImmutableArray<SeenLink> seen = [.. Networks.Select(n => SightMaker.Link(n, links, ImmutableDictionary<string, SeenPort>.Empty)).OfType<SeenLink>()];
        var store = SightMaker.Datastore(new("store", path), MountPoint.Parse(Recorded.Mounts), MultipathMap.Parse(Recorded.Maps), seen)!;
        return (store.Type, store.Source, store.Networks is { } networks ? string.Join(' ', networks) : null);
    }

    private static async Task<HostSight> Seen((string?, string)? ip = null, (string?, string)? lldp = null)
    {
        using var survey = new HostSurvey(Networks, () => [], (command, _) => Task.FromResult(command[0] switch
        {
            "ip" => ip ?? (Recorded.Links, ""),
            "lldpcli" => lldp ?? (Recorded.Neighbours, ""),
            _ => (null, "not asked"),
        }));
        await survey.LookAsync();
        return survey.Sight;
    }
}
