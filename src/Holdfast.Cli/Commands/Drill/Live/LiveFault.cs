using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill.Live;

/// <summary>
/// What a drill breaks on a live host: packets between it and the other hosts of its cluster, on one network, and nothing else. The text is one transaction for nft. The others' addresses are in sets whose elements the kernel
/// forgets at the limit, so that the fault cannot be there without its healing, and no process has to live for that; with the host it is gone at once, as the kernel keeps it nowhere else.
/// </summary>
internal static class LiveFault
{
    public const string Table = "holdfast_drill";

    // Loss is drawn per packet from 0…9999.
    private const int LossScale = 10_000;

    /// <summary>Whether a fault of the lab is one that a live host can do to itself.</summary>
    public static bool CanBe(LabFault fault) => fault is LabFault.OneWay or LabFault.Loss or LabFault.Mtu;

    /// <summary>The network of the lab that it is about.</summary>
    public static string NetworkOf(LabFault fault) => fault switch
    {
        LabFault.OneWay f => f.Network,
        LabFault.Loss f => f.Network,
        LabFault.Mtu f => f.Network,
        _ => throw new ArgumentException($"'{fault}' is no fault for a live host.", nameof(fault)),
    };

    /// <param name="others">Addresses of the other hosts on that network.</param>
    /// <param name="limit">Whole seconds.</param>
    public static string Text(IReadOnlyCollection<LabFault> faults, IReadOnlyCollection<IPAddress> others, TimeSpan limit)
    {
        var text = new StringBuilder(Gone()).Append(CultureInfo.InvariantCulture, $"table inet {Table} {{\n");
        var families = new[] { ("4", "ip", AddressFamily.InterNetwork), ("6", "ip6", AddressFamily.InterNetworkV6) };
        foreach (var (number, _, family) in families)
        {
            var elements = string.Join(", ", others.Where(o => o.AddressFamily == family).Select(o => string.Create(CultureInfo.InvariantCulture, $"{o} timeout {limit.TotalSeconds:0}s")));
            text.Append(CultureInfo.InvariantCulture, $"  set others{number} {{\n    type ipv{number}_addr; flags timeout;\n{(elements.Length > 0 ? $"    elements = {{ {elements} }};\n" : "")}  }}\n");
        }

        foreach (var (chain, side) in new[] { ("input", "saddr"), ("output", "daddr") })
        {
            text.Append(CultureInfo.InvariantCulture, $"  chain {chain} {{\n    type filter hook {chain} priority -350; policy accept;\n");
            foreach (var (number, word, _) in families)
            {
                text.AppendJoin("", faults.Select(f => Condition(f, chain)).OfType<string>().Select(c => $"    {word} {side} @others{number}{c} drop\n"));
            }

            text.Append("  }\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>Takes it away, also where there is none.</summary>
    public static string Gone() => $"table inet {Table} {{}}\ndelete table inet {Table}\n";

    /// <summary>Null: it leaves this direction alone.</summary>
    private static string? Condition(LabFault fault, string chain) => fault switch
    {
        LabFault.OneWay f => f.In == (chain == "input") ? "" : null,
        LabFault.Loss f => string.Create(CultureInfo.InvariantCulture, $" numgen random mod {LossScale} < {(int)Math.Ceiling(f.Percentage * LossScale / 100)}"),
        LabFault.Mtu f => string.Create(CultureInfo.InvariantCulture, $" meta length > {f.PacketBytes}"),
        _ => null,
    };
}
