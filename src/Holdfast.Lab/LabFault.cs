using System.Globalization;

namespace Holdfast.Lab;

/// <summary>A disturbance of a lab. <see cref="Words"/> is its form on the command line and on the supervisor's socket.</summary>
public abstract record LabFault
{
    /// <summary>The usage, one fault a line, for the command line's help.</summary>
    public static IReadOnlyList<string> Usage { get; } =
    [
        "crash HOST                       power cut: links down, every process gone in one instant",
        "start HOST                       power on",
        "hang HOST | unhang HOST          every process of the host stops, its links stay up",
        "cut HOST NETWORK [1|2]           pull the cable; of a redundant lab both, or that into sw1 or sw2",
        "heal HOST NETWORK | heal all     take every fault of a link, or of the lab, away",
        "switch NETWORK|sw1|sw2 down|up   the switch of a network; of a redundant lab both of them, or one of all networks",
        "gateway NETWORK down|up          the router of the cluster or the guest network",
        "oneway HOST NETWORK in|out       drop what the host receives, or sends",
        "apart HOST HOST NETWORK          drop what two hosts send each other, and nothing else",
        "loss HOST NETWORK PERCENT        drop packets at random, both ways (0 ends it)",
        "rate HOST NETWORK BITS           limit, for example 100mbit (0 ends it)",
        "mtu HOST NETWORK BYTES           drop larger packets silently (0 ends it)",
        "stop-process HOST agent|guard|libvirtd|etcd|store|qemu:VM [--kill]   SIGSTOP, or SIGKILL",
        "cont-process HOST agent|guard|libvirtd|etcd|store|qemu:VM",
        "stop-process store server [--kill] | cont-process store server   the storage server itself; killed, it is started again at once",
        "hang-guest HOST VM               the guest's kernel panics and hangs; its QEMU runs on",
        "guest-agent HOST VM stop|cont    the guest agent stands still while its guest lives on, until cont or a boot",
        "busy HOST VM PERCENT             the guest uses so much of its processor, wherever it runs, until 0 or a boot",
        "fence-device HOST ok|broken|slow the host's power switch",
        "store-writes HOST ok|refused     the store refuses what the host writes to its own slot and ballots; it may read all",
        "watchdog HOST ok|broken          a broken watchdog never resets the host",
        "point HOST POINT hold|go         the host's agent holds its next step before-STEP or after-STEP of a migration, 20 s at most; needs 'lab up --fault-points'",
    ];

    public abstract IReadOnlyList<string> Words { get; }

    /// <summary>Reads the words of one fault.</summary>
    /// <exception cref="LabException">The words are no fault; the message says which form is.</exception>
    public static LabFault Parse(IReadOnlyList<string> words) => words switch
    {
        ["crash", var h] => new Crash(h),
        ["start", var h] => new Start(h),
        ["hang", var h] => new Hang(h),
        ["unhang", var h] => new Unhang(h),
        ["cut", var h, var n] => new Cut(h, n),
        ["cut", var h, var n, "1" or "2"] => new Cut(h, n, words[3] == "1" ? 1 : 2),
        ["heal", "all"] => new HealAll(),
        ["heal", var h, var n] => new Heal(h, n),
        ["switch", var n, "down"] => new Switch(n, Up: false),
        ["switch", var n, "up"] => new Switch(n, Up: true),
        ["gateway", var n, "down"] => new Gateway(n, Up: false),
        ["gateway", var n, "up"] => new Gateway(n, Up: true),
        ["oneway", var h, var n, "in" or "out"] => new OneWay(h, n, words[3] == "in"),
        ["apart", var h, var o, var n] => new Apart(h, o, n),
        ["loss", var h, var n, var percent] => new Loss(h, n, Percent(percent)),
        ["rate", var h, var n, var bits] => new Rate(h, n, Bits(bits)),
        ["mtu", var h, var n, var bytes] => new Mtu(h, n, Bytes(bytes)),
        ["stop-process", var h, var p] => new StopProcess(h, p, Kill: false),
        ["stop-process", var h, var p, "--kill"] => new StopProcess(h, p, Kill: true),
        ["stop-process", "--kill", var h, var p] => new StopProcess(h, p, Kill: true),
        ["cont-process", var h, var p] => new ContProcess(h, p),
        ["hang-guest", var h, var m] => new HangGuest(h, m),
        ["guest-agent", var h, var m, "stop" or "cont"] => new GuestAgent(h, m, Stop: words[3] == "stop"),
        ["busy", var h, var m, var percent] => new Busy(h, m, (int)Percent(percent)),
        ["fence-device", var h, "ok" or "broken" or "slow"] => new FenceDevice(h, words[2]),
        ["store-writes", var h, "ok" or "refused"] => new StoreWrites(h, Refused: words[2] == "refused"),
        ["watchdog", var h, "ok" or "broken"] => new Watchdog(h, words[2]),
        ["point", var h, var p, "hold" or "go"] => new Point(h, p, Hold: words[3] == "hold"),
        _ => throw new LabException($"'{string.Join(' ', words)}' is not a fault; one of:\n  {string.Join("\n  ", Usage)}"),
    };

    public sealed override string ToString() => string.Join(' ', Words);

    private static double Percent(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 100
            ? value
            : throw new LabException($"'{text}' is not a loss in percent; give a number from 0 to 100.");

    private static int Bytes(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is 0 or (>= 68 and <= 65535)
            ? value
            : throw new LabException($"'{text}' is not a packet size; give bytes from 68 to 65535, or 0 to end the fault.");

    private static long Bits(string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower.EndsWith("bit", StringComparison.Ordinal))
        {
            lower = lower[..^3];
        }

        var unit = lower is [.., 'k'] ? 1_000L : lower is [.., 'm'] ? 1_000_000L : lower is [.., 'g'] ? 1_000_000_000L : 1L;
        return decimal.TryParse(unit == 1 ? lower : lower[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * unit is 0 or (>= 8_000 and <= 100_000_000_000)
                ? (long)(value * unit)
                : throw new LabException($"'{text}' is not a rate; give bits a second from 8kbit to 100gbit, for example 100mbit, or 0 to end the fault.");
    }

    public sealed record Crash(string Host) : LabFault { public override IReadOnlyList<string> Words => ["crash", Host]; }

    public sealed record Start(string Host) : LabFault { public override IReadOnlyList<string> Words => ["start", Host]; }

    public sealed record Hang(string Host) : LabFault { public override IReadOnlyList<string> Words => ["hang", Host]; }

    public sealed record Unhang(string Host) : LabFault { public override IReadOnlyList<string> Words => ["unhang", Host]; }

    /// <param name="Side">Of the switch that the cable goes into; null: every cable.</param>
    public sealed record Cut(string Host, string Network, int? Side = null) : LabFault
    {
        public override IReadOnlyList<string> Words => Side is { } side ? ["cut", Host, Network, side.ToString(CultureInfo.InvariantCulture)] : ["cut", Host, Network];
    }

    public sealed record Heal(string Host, string Network) : LabFault { public override IReadOnlyList<string> Words => ["heal", Host, Network]; }

    public sealed record HealAll : LabFault { public override IReadOnlyList<string> Words => ["heal", "all"]; }

    public sealed record Switch(string Network, bool Up) : LabFault
    {
        public override IReadOnlyList<string> Words => ["switch", Network, Up ? "up" : "down"];
    }

    public sealed record Gateway(string Network, bool Up) : LabFault
    {
        public override IReadOnlyList<string> Words => ["gateway", Network, Up ? "up" : "down"];
    }

    public sealed record OneWay(string Host, string Network, bool In) : LabFault
    {
        public override IReadOnlyList<string> Words => ["oneway", Host, Network, In ? "in" : "out"];
    }

    public sealed record Apart(string Host, string Other, string Network) : LabFault { public override IReadOnlyList<string> Words => ["apart", Host, Other, Network]; }

    public sealed record Loss(string Host, string Network, double Percentage) : LabFault
    {
        public override IReadOnlyList<string> Words => ["loss", Host, Network, Percentage.ToString(CultureInfo.InvariantCulture)];
    }

    public sealed record Rate(string Host, string Network, long BitsPerSecond) : LabFault
    {
        public override IReadOnlyList<string> Words => ["rate", Host, Network, BitsPerSecond.ToString(CultureInfo.InvariantCulture)];
    }

    public sealed record Mtu(string Host, string Network, int PacketBytes) : LabFault
    {
        public override IReadOnlyList<string> Words => ["mtu", Host, Network, PacketBytes.ToString(CultureInfo.InvariantCulture)];
    }

    public sealed record StopProcess(string Host, string Process, bool Kill) : LabFault
    {
        public override IReadOnlyList<string> Words => Kill ? ["stop-process", Host, Process, "--kill"] : ["stop-process", Host, Process];
    }

    public sealed record ContProcess(string Host, string Process) : LabFault
    {
        public override IReadOnlyList<string> Words => ["cont-process", Host, Process];
    }

    public sealed record HangGuest(string Host, string Machine) : LabFault { public override IReadOnlyList<string> Words => ["hang-guest", Host, Machine]; }

    public sealed record GuestAgent(string Host, string Machine, bool Stop) : LabFault
    {
        public override IReadOnlyList<string> Words => ["guest-agent", Host, Machine, Stop ? "stop" : "cont"];
    }

    public sealed record Busy(string Host, string Machine, int Percentage) : LabFault
    {
        public override IReadOnlyList<string> Words => ["busy", Host, Machine, Percentage.ToString(CultureInfo.InvariantCulture)];
    }

    public sealed record FenceDevice(string Host, string State) : LabFault
    {
        public override IReadOnlyList<string> Words => ["fence-device", Host, State];
    }

    public sealed record StoreWrites(string Host, bool Refused) : LabFault
    {
        public override IReadOnlyList<string> Words => ["store-writes", Host, Refused ? "refused" : "ok"];
    }

    public sealed record Watchdog(string Host, string State) : LabFault
    {
        public override IReadOnlyList<string> Words => ["watchdog", Host, State];
    }

    public sealed record Point(string Host, string Name, bool Hold) : LabFault
    {
        public override IReadOnlyList<string> Words => ["point", Host, Name, Hold ? "hold" : "go"];
    }
}
