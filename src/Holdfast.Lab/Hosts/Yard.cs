using System.Diagnostics;
using System.Text;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Hosts;

/// <summary>
/// The ground a lab stands on: one pid namespace that holds every process of the lab, so that one kill ends it all, and one network
/// namespace that holds the switches, so that the machine's own network sees nothing.
/// </summary>
internal static class Yard
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    internal static async Task<ProcessId> Make(LabState lab, CancellationToken cancel)
    {
        var paths = lab.Paths;
        const string script = """
            read -r line </proc/self/stat; set -- "$1" $line; file=$1; pid=$2; shift 22; echo "$pid $1" >"$file.new"; mv "$file.new" "$file"
            exec tini -- sleep infinity
            """;
        await Shell.Detach($"{paths.Run}/yard.log", ["unshare", "--pid", "--net", "--fork", "--kill-child", "/bin/sh", "-c", script, "sh", paths.Yard], cancel);
        var since = Stopwatch.StartNew();
        while (paths.YardProcess is null)
        {
            if (since.Elapsed > Limit)
            {
                throw new LabException($"The lab's namespaces cannot be made; see {paths.Run}/yard.log. Root is needed, and a container must allow 'unshare'.");
            }

            await Task.Delay(5, cancel);
        }

        var yard = paths.YardProcess!.Value;
        await Shell.Must(["nsenter", $"--net=/proc/{yard.Pid}/ns/net", "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip -batch -"],
            Switches(lab), cancel: cancel);
        return yard;
    }

    /// <summary>Run in the switches' namespace: a bridge for each side of each network, and the routers' addresses.</summary>
    internal static string Switches(LabState lab)
    {
        var switches = new StringBuilder("link set dev lo up\n");
        foreach (var (network, side) in lab.Options.Networks.SelectMany(network => lab.Sides.Select(side => (network, side))))
        {
            var bridge = Cable.Bridge(network.Name, side);
            switches.Append($"link add name {bridge} {(side == lab.RouterSide(network) ? $"address {lab.RouterMac(network)} " : "")}type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n").Append($"link set dev {bridge} up\n");
        }

        foreach (var network in lab.Gateways)
        {
            switches.Append($"address add {lab.Gateway(network)}/24 dev {Cable.Bridge(network.Name, lab.RouterSide(network))}\n");
        }

        return switches.ToString();
    }
}
