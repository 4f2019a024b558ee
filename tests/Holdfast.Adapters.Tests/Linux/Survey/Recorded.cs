namespace Holdfast.Adapters.Tests.Linux.Survey;

/// <summary>Outputs of a host with a card of two ports in one bond over two switches, a VLAN of it for the storage, and a bridge on another for the guests; shortened by fields that nobody reads.</summary>
internal static class Recorded
{
    public const string Links = """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"link_type":"loopback","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"}]},{},
        {"ifindex":2,"ifname":"eno1","flags":["BROADCAST","MULTICAST","SLAVE","UP","LOWER_UP"],"mtu":1500,"master":"bond0","link_type":"ether",
         "linkinfo":{"info_slave_kind":"bond","info_slave_data":{"state":"ACTIVE","mii_status":"UP","link_failure_count":0}},"parentbus":"pci","parentdev":"0000:03:00.0","addr_info":[]},
        {"ifindex":3,"ifname":"eno2","flags":["NO-CARRIER","BROADCAST","MULTICAST","SLAVE","UP"],"mtu":1500,"master":"bond0","link_type":"ether",
         "linkinfo":{"info_slave_kind":"bond","info_slave_data":{"state":"BACKUP","mii_status":"DOWN","link_failure_count":2}},"parentbus":"pci","parentdev":"0000:03:00.1","addr_info":[]},
        {"ifindex":4,"ifname":"bond0","flags":["BROADCAST","MULTICAST","MASTER","UP","LOWER_UP"],"mtu":1500,"link_type":"ether",
         "linkinfo":{"info_kind":"bond","info_data":{"mode":"802.3ad","miimon":100,"ad_lacp_rate":"slow"}},
         "addr_info":[{"family":"inet","local":"10.0.0.11","prefixlen":24,"scope":"global"},{"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link"}]},
        {"ifindex":5,"link":"bond0","ifname":"bond0.20","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"link_type":"ether",
         "linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1Q","id":20}},"addr_info":[{"family":"inet","local":"10.0.2.11","prefixlen":23,"scope":"global"}]},
        {"ifindex":6,"ifname":"enp4s0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"br-guest","link_type":"ether","parentbus":"pci","parentdev":"0000:04:00.0","addr_info":[]},
        {"ifindex":7,"ifname":"vnet0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"br-guest","link_type":"ether","linkinfo":{"info_kind":"tun"},"addr_info":[]},
        {"ifindex":8,"link_index":2,"ifname":"vethc","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"br-guest","link_type":"ether","linkinfo":{"info_kind":"veth"},"link_netnsid":0,"addr_info":[]},
        {"ifindex":9,"ifname":"br-guest","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge","info_data":{"stp_state":0}},"addr_info":[]}]
        """;

    public const string Neighbours = """
        {"lldp":[{"interface":[
          {"name":"eno1","via":"LLDP","rid":"1","age":"0 day, 00:10:02",
           "chassis":[{"id":[{"type":"mac","value":"00:1b:21:aa:00:01"}],"name":[{"value":"sw1.example.org"}],"descr":[{"value":"Switch"}],"mgmt-ip":[{"value":"10.0.9.1"},{"value":"fe80::21b:21ff:feaa:1"}],
             "capability":[{"type":"Bridge","enabled":true},{"type":"Router","enabled":false}]}],
           "port":[{"id":[{"type":"ifname","value":"Gi1/0/3"}],"descr":[{"value":"h1"}],"ttl":[{"value":"120"}]}]},
          {"name":"eno2","via":"LLDP","rid":"2",
           "chassis":[{"id":[{"type":"mac","value":"00:1b:21:aa:00:02"}],"name":[{"value":"sw2.example.org"}],"capability":[{"type":"Bridge","enabled":true}]}],
           "port":[{"id":[{"type":"ifname","value":"Gi1/0/3"}]}]},
          {"name":"eno2","via":"LLDP","rid":"3",
           "chassis":[{"id":[{"type":"mac","value":"00:1b:21:bb:00:07"}],"name":[{"value":"phone"}],"capability":[{"type":"Station","enabled":true},{"type":"Bridge","enabled":false}]}],
           "port":[{"id":[{"type":"mac","value":"00:1b:21:bb:00:07"}]}]},
          {"name":"enp4s0","via":"LLDP","rid":"4","chassis":[{"id":[{"type":"mac","value":"00:1b:21:aa:00:03"}]}],"port":[{"id":[{"type":"local","value":"17"}]}]}
        ]}]}
        """;

    public const string Maps = """
        {"major_version": 0, "minor_version": 1, "maps": [{
          "name" : "gold", "uuid" : "3600140500000000000000000000000a1", "sysfs" : "dm-3", "failback" : "immediate", "queueing" : "5 chk", "paths" : 3, "dm_st" : "active",
          "path_groups": [
            {"selector" : "service-time 0", "pri" : 50, "dm_st" : "active", "group" : 1, "paths": [
              {"dev" : "sda", "dev_t" : "8:0", "dm_st" : "active", "dev_st" : "running", "chk_st" : "ready", "checker" : "tur", "pri" : 50, "host_wwpn" : "0x21000024ff000001", "host_adapter" : "0000:0b:00.0"},
              {"dev" : "sdb", "dev_t" : "8:16", "dm_st" : "failed", "dev_st" : "running", "chk_st" : "faulty", "checker" : "tur", "pri" : 50, "host_adapter" : "0000:0b:00.1"}]},
            {"selector" : "service-time 0", "pri" : 10, "dm_st" : "enabled", "group" : 2, "paths": [
              {"dev" : "sdc", "dev_t" : "8:32", "dm_st" : "active", "dev_st" : "running", "chk_st" : "ready", "checker" : "tur", "pri" : 10, "host_adapter" : "0000:0c:00.0"}]}]},
          {"name" : "silver", "sysfs" : "dm-4", "path_groups": [{"group" : 1, "paths": [
            {"dev" : "sdd", "dm_st" : "active", "chk_st" : "ready", "host_adapter" : "10.0.2.11"}, {"dev" : "sde", "dm_st" : "active", "chk_st" : "ready", "host_adapter" : "10.0.0.11"}]}]},
          {"name" : "tin", "sysfs" : "dm-5", "path_groups": [{"group" : 1, "paths": [{"dev" : "sdf", "dm_st" : "active", "chk_st" : "ready", "host_adapter" : "[undef]"}]}]}
        ]}
        """;

    public const string Mounts = """
        22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw
        36 22 0:41 / /mnt/shared rw,relatime shared:20 - nfs4 filer.example.org:/vol/one rw,vers=4.2,hard,proto=tcp,clientaddr=10.0.2.11,addr=10.0.2.50
        37 22 253:3 / /mnt/gold\040one rw - gfs2 /dev/mapper/gold rw
        38 22 253:4 / /mnt/silver rw - gfs2 /dev/dm-4 rw
        39 22 0:42 / /mnt/brick rw - fuse.glusterfs 10.0.3.9:/vol rw,user_id=0
        40 22 0:43 / /mnt/named rw - fuse.glusterfs store:/vol rw,user_id=0
        41 22 0:44 / /mnt/covered rw - ext4 /dev/sdz rw
        42 41 0:45 / /mnt/covered rw - nfs4 [fd00::1]:/vol rw
        """;
}
