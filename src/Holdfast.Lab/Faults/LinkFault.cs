using System.Globalization;

namespace Holdfast.Lab.Faults;

/// <summary>What is wrong with one host's link to one network. "In" is what the host receives.</summary>
internal sealed record LinkFault(string Host, string Network)
{
    public bool Cut { get; init; }
    public bool DropIn { get; init; }
    public bool DropOut { get; init; }
    public double LossPercent { get; init; }
    public long BitsPerSecond { get; init; }
    public int PacketBytes { get; init; }

    internal bool Any => this != new LinkFault(Host, Network);

    internal IEnumerable<string> Describe()
    {
        var link = $"{Host} {Network}";
        if (Cut)
        {
            yield return $"cut {link}";
        }

        if (DropIn)
        {
            yield return $"oneway {link} in";
        }

        if (DropOut)
        {
            yield return $"oneway {link} out";
        }

        if (LossPercent > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"loss {link} {LossPercent}");
        }

        if (BitsPerSecond > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"rate {link} {BitsPerSecond}");
        }

        if (PacketBytes > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"mtu {link} {PacketBytes}");
        }
    }
}
