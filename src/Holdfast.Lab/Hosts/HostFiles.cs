using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Certificates;

namespace Holdfast.Lab.Hosts;

/// <summary>Writes what a host finds on its disk and in its hardware before it boots.</summary>
internal static class HostFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Program = Private | UnixFileMode.UserExecute;

    /// <summary>The disk of a host that never ran.</summary>
    internal static void WriteDisk(LabState lab, string host)
    {
        var disk = lab.Paths.Host(host).Disk;
        foreach (var folder in new[]
        {
            "etc/libvirt/qemu", "etc/libvirt/hooks", "etc/holdfast", "var/lib/libvirt", "var/lib/holdfast", "var/cache/libvirt/qemu", "var/log/libvirt/qemu",
            "var/log/glusterfs", "var/log/holdfast/serial", "var/tmp", "brick",
        })
        {
            Directory.CreateDirectory($"{disk}/{folder}");
        }

        if (!Path.Exists($"{disk}/var/run"))
        {
            File.CreateSymbolicLink($"{disk}/var/run", "/run");
            File.CreateSymbolicLink($"{disk}/var/lock", "/run/lock");
        }

        var id = MachineId(lab, host);
        File.WriteAllText($"{disk}/etc/hostname", host + "\n");
        File.WriteAllText($"{disk}/etc/machine-id", id.ToString("N") + "\n");
        File.WriteAllText($"{disk}/etc/resolv.conf", "");
        File.WriteAllText($"{disk}/etc/hosts", HostNames(lab));
        if (host != LabState.Store)
        {
            File.WriteAllText($"{disk}/etc/libvirt/libvirtd.conf", LibvirtConfiguration(id));
            File.WriteAllText($"{disk}/etc/libvirt/qemu.conf", QemuConfiguration);
            WritePrivate($"{disk}/etc/holdfast/secret", lab.Secret + "\n");
            if (lab.Options.Redundant)
            {
                File.WriteAllText($"{disk}/etc/holdfast/topology.json", Wiring(lab));
            }

            File.WriteAllText($"{disk}/etc/holdfast/holdfastd.json", JsonSerializer.Serialize(AgentConfiguration.Of(lab, host), StateJson.Default.AgentConfiguration));
        }
    }

    /// <summary>What a lab's administrator would write down: no LLDP goes through a bridge that has no daemon for it.</summary>
    private static string Wiring(LabState lab)
    {
        var switches = lab.Sides.Select(side => $$"""{ "name": "{{Cable.Switch(side)}}" }""");
        var networks = lab.Options.Networks.Select(network => $$"""{ "name": "{{network.Name}}", "switches": [{{string.Join(", ", lab.Sides.Select(side => $"\"{Cable.Switch(side)}\""))}}] }""");
        var routers = lab.Gateways.Count > 1 ? lab.Gateways.Select(network => $$"""{ "address": "{{lab.Gateway(network)}}", "switch": "{{Cable.Switch(lab.RouterSide(network))}}" }""") : [];
        return $$"""{ "switches": [{{string.Join(", ", switches)}}], "networks": [{{string.Join(", ", networks)}}], "addresses": [{{string.Join(", ", routers)}}] }""" + "\n";
    }

    /// <summary>Every host's certificates, from an authority that is forgotten with that: no host comes later.</summary>
    internal static void WriteCertificates(LabState lab)
    {
        var now = DateTimeOffset.UtcNow;
        using var authority = ClusterAuthority.Create(lab.Options.Name, now);
        foreach (var host in lab.Hosts)
        {
            var disk = lab.Paths.Host(host).Disk;
            IPAddress[] addresses = [.. lab.Options.Networks.Select(network => IPAddress.Parse(lab.Address(host, network)))];
            authority.Issue(host, addresses, now, agent: true).SaveForAgent(disk + HostCertificate.AgentDirectory);
            if (lab.Options.MigrationTls)
            {
                authority.Issue(host, addresses, now, agent: false).SaveForQemu(disk + HostCertificate.QemuDirectory);
            }
        }
    }

    /// <summary>What differs from boot to boot, and the state of the ports that the host's links are plugged into.</summary>
    internal static void WriteBoot(LabState lab, string host, Faults.FaultTable faults)
    {
        var paths = lab.Paths.Host(host);
        Directory.CreateDirectory(paths.Device);
        Directory.CreateDirectory(paths.Root);
        File.WriteAllText(paths.Boot, Asset.Read("boot.sh"));
        File.WriteAllText($"{paths.Run}/boot_id", Guid.NewGuid() + "\n");
        File.WriteAllText($"{paths.Run}/switch.batch", SwitchCommands(lab, host, faults));
        File.WriteAllText($"{paths.Run}/links.batch", LinkCommands(lab, host));
        if (host == LabState.Store)
        {
            File.WriteAllText($"{paths.Device}/services.sh", Asset.Read("store.sh"));
            File.WriteAllText($"{paths.Device}/server.vol", Asset.Read("server.vol"));
        }
        else
        {
            File.WriteAllText($"{paths.Device}/services.sh", Asset.Read("services.sh"));
            File.WriteAllText($"{paths.Device}/client.vol", Asset.Read("client.vol").Replace("STORE_ADDRESS", lab.StoreAddress, StringComparison.Ordinal));
            File.WriteAllText($"{paths.Device}/fence_lab", "#!/bin/sh\nexec /holdfast/bin/holdfast lab-fence \"$@\"\n");
            File.SetUnixFileMode($"{paths.Device}/fence_lab", Program);
            if (lab.Options.Product)
            {
                File.WriteAllText($"{paths.Device}/product", "");
            }

            if (lab.Options.FaultPoints)
            {
                Directory.CreateDirectory(paths.Points);
            }
        }

        File.Delete(paths.Init);
        File.Delete(paths.Up);
    }

    /// <summary>Run in the switches' namespace by the booting host: its veths, plugged in.</summary>
    internal static string SwitchCommands(LabState lab, string host, Faults.FaultTable faults)
    {
        var text = new StringBuilder();
        foreach (var cable in lab.CablesOf(host))
        {
            text.Append($"link add name {cable.Port} type veth peer name {(lab.Options.Redundant ? cable.Member : Uplink(cable.Network))} netns 1\n")
                .Append($"link set dev {cable.Port} master {Cable.Bridge(cable.Network.Name, cable.Side)}\n")
                .Append($"link set dev {cable.Port} {(faults.PortUp(cable) ? "up" : "down")}\n");
        }

        return text.ToString();
    }

    /// <summary>Run in the host's own namespace. A guest network gets a bridge that the machines' taps join.</summary>
    internal static string LinkCommands(LabState lab, string host)
    {
        var text = new StringBuilder("link set dev lo up\n");
        foreach (var network in lab.LinksOf(host))
        {
            var link = LabState.Link(network.Name);
            if (lab.Options.Redundant)
            {
                text.Append(Bond(lab, host, network));
            }

            if (network.Role == "guest")
            {
                text.Append($"link add name {link} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n")
                    .Append($"link set dev {(lab.Options.Redundant ? AboveBond(network) : Uplink(network))} master {link}\n")
                    .Append($"link set dev {Uplink(network)} up\n")
                    .Append($"address add 10.128.0.{lab.Slot(host) + 1}/9 dev {link}\n");     // the range in which the lab's guests address themselves
            }

            var address = host == LabState.Store ? lab.StoreAddress : lab.Address(host, network);
            text.Append($"address add {address}/24 dev {link}\n").Append($"link set dev {link} up\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// A bond of two cables, of what kernels without the bonding driver have too: a bridge whose two ports are isolated, so that nothing that comes in through one goes out through the other. A frame goes out
    /// through the port behind which its receiver was heard last, else through both; a port without carrier is forgotten at once. As no switch is joined with the other one there is no loop.
    /// </summary>
    private static string Bond(LabState lab, string host, LabNetwork network)
    {
        var bond = Uplink(network);
        var text = new StringBuilder($"link add name {bond} type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n");
        foreach (var cable in lab.CablesOf(host).Where(cable => cable.Network == network))
        {
            text.Append($"link set dev {cable.Member} master {bond}\n")
                .Append($"link set dev {cable.Member} type bridge_slave isolated on\n")
                .Append($"link set dev {cable.Member} up\n");
        }

        // No bridge can be a bridge's port, and a pair of veths would have a carrier when both cables have none.
        return network.Role == "guest"
            ? text.Append($"link add link {bond} name {AboveBond(network)} type macvlan mode passthru\n").Append($"link set dev {AboveBond(network)} up\n").ToString() : text.ToString();
    }

    private static string AboveBond(LabNetwork network) => $"{network.Name}0on";

    /// <summary>The host's end of a link: of its veth, or in a redundant lab the bond.</summary>
    internal static string Uplink(LabNetwork network) => network.Role == "guest" ? $"{network.Name}0up" : LabState.Link(network.Name);

    /// <summary>What a host's agent is told that its link is: of a guest network the port of the machines' bridge, behind which all others are.</summary>
    internal static string Interface(LabState lab, LabNetwork network) => network.Role == "guest" && lab.Options.Redundant ? AboveBond(network) : Uplink(network);

    private static string HostNames(LabState lab)
    {
        var cluster = lab.Options.Networks.First(network => network.Role == "cluster");
        return "127.0.0.1 localhost\n" + string.Concat(lab.Hosts.Select(host => $"{lab.Address(host, cluster)} {host}\n"));
    }

    /// <summary>Stable over a host's boots, different in every lab.</summary>
    private static Guid MachineId(LabState lab, string host) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{lab.ClusterId} {host}")).AsSpan(0, 16));

    private static void WritePrivate(string file, string text)
    {
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Private });
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private static string LibvirtConfiguration(Guid id) => $"""
        host_uuid = "{id}"
        unix_sock_rw_perms = "0700"
        unix_sock_ro_perms = "0700"
        auth_unix_rw = "none"
        auth_unix_ro = "none"
        log_level = 3

        """;

    // No security driver, cgroups, /dev namespaces or remembered owners: a host of the lab is itself the container, and shares the
    // machine's kernel with others. Logs go to files, because there is no virtlogd.
    private const string QemuConfiguration = """
        user = "root"
        group = "root"
        dynamic_ownership = 0
        remember_owner = 0
        security_driver = "none"
        cgroup_controllers = []
        namespaces = []
        stdio_handler = "file"
        migration_address = "0.0.0.0"

        """;
}
