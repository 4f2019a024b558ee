using Holdfast.Lab.Faults;
using Holdfast.Lab.Hosts;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Tests;

/// <summary>The wires of a lab with two switches, in network namespaces alone: two hosts, no programs on them.</summary>
public sealed class RedundantWiringTests
{
    private static readonly LabState Lab = new()
    {
        Options = new() { Name = "wires", Hosts = 2, Redundant = true, Product = false }, Index = 5, ClusterId = Guid.Empty, Secret = "", Acceleration = "tcg", Guest = "", Bin = "",
    };

    [LabFact, Trait("Category", "Lab")]
    public async Task A_link_carries_as_long_as_one_of_its_cables_does_and_nothing_goes_from_one_cable_to_the_other()
    {
        Assert.Equal("reached", await TryAsync());
        Assert.Equal("reached", await TryAsync("h1-storage", "h2-storage"));
        Assert.Equal("reached", await TryAsync("h1-storageb"));
        Assert.Equal("silent", await TryAsync("h1-storage", "h2-storageb"));
        Assert.Equal("silent, no carrier", await TryAsync("h1-storage", "h1-storageb"));
    }

    [LabFact, Trait("Category", "Lab")]
    public async Task A_guest_network_has_its_bond_below_the_bridge_of_the_machines_and_its_carrier_is_the_cables()
    {
        Assert.Equal("reached", await TryAsync("h1-guest"));
        Assert.Equal("silent, no carrier", await TryAsync("h1-guest", "h1-guestb"));
    }

    [Fact]
    public void A_switch_of_all_networks_takes_one_cable_of_each_link_and_one_cable_can_be_cut_alone()
    {
        var dead = new FaultTable().WithSwitch(Lab.KnownSwitch("sw2"), up: false);
        Assert.Equal(["h1-cluster", "h1-migration", "h1-storage", "h1-guest"], Lab.CablesOf("h1").Where(dead.PortUp).Select(c => c.Port));
        var cut = new FaultTable().With(new LinkFault("h1", "storage") { CutSecond = true });
        Assert.Equal(["h1-storageb"], Lab.Cables.Where(c => !cut.PortUp(c)).Select(c => c.Port));
        Assert.Equal(["cut h1 storage 2"], cut.Describe());
        Assert.Equal("cut h1 storage 2", LabFault.Parse(["cut", "h1", "storage", "2"]).ToString());
        Assert.Empty(cut.Healed("h1", "storage").Links);
    }

    [Fact]
    public void A_lab_with_one_cable_a_link_has_no_second_one_and_no_such_switch()
    {
        var single = Lab with { Options = Lab.Options with { Redundant = false } };
        Assert.Contains("--redundant", Assert.Throws<LabException>(() => single.KnownSide(2)).Message, StringComparison.Ordinal);
        Assert.Contains("no network 'sw1'", Assert.Throws<LabException>(() => single.KnownSwitch("sw1")).Message, StringComparison.Ordinal);
        Assert.Equal(["h1-cluster", "h1-migration", "h1-storage", "h1-guest"], single.CablesOf("h1").Select(c => c.Port));
    }

    /// <summary>Whether h1 reaches h2 over the network of the first port, and its carrier, with these ports of the switches down.</summary>
    private static async Task<string> TryAsync(params string[] down)
    {
        var network = down.FirstOrDefault()?.Split('-')[1].TrimEnd('b') ?? "storage";
        var folder = Directory.CreateTempSubdirectory("holdfast-wires-").FullName;
        try
        {
            File.WriteAllText($"{folder}/yard", Yard.Switches(Lab));
            foreach (var host in Lab.Hosts)
            {
                // "netns 1" is the lab's word for the booting host; here a host is a process that only sleeps.
                File.WriteAllText($"{folder}/{host}.switch", HostFiles.SwitchCommands(Lab, host, new()).Replace("netns 1\n", "netns PID\n", StringComparison.Ordinal));
                File.WriteAllText($"{folder}/{host}.links", HostFiles.LinkCommands(Lab, host));
            }

            const string Script = """
                set -eu
                cd "$1"; address=$2; uplink=$3; shift 3
                no6() { echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; }
                no6; ip -batch yard
                for host in h1 h2; do
                    mkfifo $host.ready
                    unshare -n sh -c "echo >$host.ready; exec sleep 60" & pid=$!; eval $host=$pid
                    read -r _ <$host.ready
                    sed "s/PID/$pid/" $host.switch | ip -batch -
                    nsenter -t $pid -n sh -c "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip -batch $host.links"
                done
                for port in "$@"; do ip link set dev $port down; done
                if nsenter -t $h1 -n ping -q -c 40 -i 0.05 -W 1 -w 5 $address | grep -q ' 0 received'; then printf silent; else printf reached; fi
                nsenter -t $h1 -n ip link show dev $uplink | grep -q LOWER_UP || printf ', no carrier'
                kill $h1 $h2
                """;
            return await Shell.Must(["unshare", "-n", "sh", "-c", Script, "sh", folder, Lab.Address("h2", Lab.Network(network)), HostFiles.Uplink(Lab.Network(network)), .. down], limit: TimeSpan.FromSeconds(30));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
