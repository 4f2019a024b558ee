using System.Globalization;
using System.Text;

namespace Holdfast.Lab.Faults;

/// <summary>The switches' packet filter and the rate limits that a fault table asks for, as text for nft and tc.</summary>
internal static class LinkRules
{
    // Loss is drawn per packet from 0…9999, so a hundredth of a percent is the finest step.
    private const int LossScale = 10_000;

    /// <summary>
    /// The whole filter of the lab's switches: replaced in one transaction, so no packet meets a half of it. Bridge hooks see every
    /// frame between two ports, ARP too; a router is not behind a port, but the switch itself.
    /// </summary>
    /// <param name="ports">Of a host's link to a network, at the switches.</param>
    internal static string Filter(FaultTable faults, Func<string, string, IEnumerable<string>> ports, IEnumerable<string> deadRouters)
    {
        var text = new StringBuilder("table bridge holdfast {}\ndelete table bridge holdfast\ntable bridge holdfast {\n")
            .Append("  chain forward {\n    type filter hook forward priority 0; policy accept;\n");
        foreach (var fault in faults.Links)
        {
            foreach (var (port, condition) in ports(fault.Host, fault.Network).SelectMany(port => Conditions(fault).Select(condition => (port, condition))))
            {
                text.Append(CultureInfo.InvariantCulture, $"    {condition.Replace("PORT", $"\"{port}\"", StringComparison.Ordinal)} drop\n");
            }
        }

        foreach (var pair in faults.Pairs)
        {
            foreach (var (one, other) in ports(pair.Host, pair.Network).SelectMany(one => ports(pair.Other, pair.Network).Select(other => (one, other))))
            {
                text.Append(CultureInfo.InvariantCulture, $"    iifname \"{one}\" oifname \"{other}\" drop\n    iifname \"{other}\" oifname \"{one}\" drop\n");
            }
        }

        text.Append("  }\n  chain input {\n    type filter hook input priority 0; policy accept;\n");
        foreach (var router in deadRouters)
        {
            text.Append(CultureInfo.InvariantCulture, $"    ip daddr {router} drop\n    arp daddr ip {router} drop\n");
        }

        return text.Append("  }\n}\n").ToString();
    }

    /// <summary>Commands for tc's batch mode that set or take away the limit of an interface.</summary>
    internal static IReadOnlyList<string> Limit(string link, long bitsPerSecond)
    {
        if (bitsPerSecond == 0)
        {
            return ["tc", "qdisc", "del", "dev", link, "root"];
        }

        // A bucket of 10 ms, and never less than one full packet with its header, which would never leave.
        var burst = Math.Max(bitsPerSecond / 8 / 100, 1_600);
        return ["tc", "qdisc", "replace", "dev", link, "root", "tbf", "rate", $"{bitsPerSecond}bit", "burst", $"{burst}", "latency", "50ms"];
    }

    private static IEnumerable<string> Conditions(LinkFault fault)
    {
        if (fault.DropIn)
        {
            yield return "oifname PORT";
        }

        if (fault.DropOut)
        {
            yield return "iifname PORT";
        }

        foreach (var direction in new[] { "iifname PORT", "oifname PORT" })
        {
            if (fault.LossPercent > 0)
            {
                // nft refuses a comparison that is always true.
                var threshold = (int)Math.Ceiling(fault.LossPercent * LossScale / 100);
                yield return threshold >= LossScale ? direction : string.Create(CultureInfo.InvariantCulture, $"{direction} numgen random mod {LossScale} < {threshold}");
            }

            if (fault.PacketBytes > 0)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{direction} meta length > {fault.PacketBytes}");
            }
        }
    }
}
