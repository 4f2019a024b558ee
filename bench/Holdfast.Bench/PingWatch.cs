using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>A guest as the guest network sees it: pinged every 20 ms from a host that has no part in its migration. Its answers, in seconds since 1970.</summary>
/// <param name="mac">The lab's guest takes its address from it.</param>
internal sealed partial class PingWatch(LabHostStatus from, string mac) : OutputWatch<double>([.. Command.Inside(from, "ping", "-D", "-n", "-i", "0.02", Address(mac))])
{
    /// <summary>Milliseconds without an answer around the time (seconds since 1970) at which the guest ran again on its target.</summary>
    public async Task<double> GapAsync(double stopped, double resumed, CancellationToken cancel)
    {
        var after = await UntilAsync<double>(
            answers => answers.FirstOrDefault(a => a >= resumed) is > 0 and var first ? first : null,
            "The guest was not reached from a third host within 20 s after its migration.", cancel);
        return Look(answers => answers.LastOrDefault(a => a < resumed)) is var before && before >= stopped - 1
            ? (after - before) * 1000
            : throw new BenchException("The guest did not answer pings before its migration.");
    }

    protected override double? Parse(string line) => Answer().Match(line) is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    /// <summary>10.128.0.0/9 with the MAC's last 23 bits (guest.c).</summary>
    private static string Address(string mac)
    {
        var bytes = mac.Split(':').Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"10.{bytes[3] | 128}.{bytes[4]}.{bytes[5]}");
    }

    [GeneratedRegex(@"^\[(\d+\.\d+)\] \d+ bytes from ")]
    private static partial Regex Answer();
}
