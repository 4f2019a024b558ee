using System.Globalization;

namespace Holdfast.Lab.Faults;

/// <summary>What is wrong with one host's link to one network. "In" is what the host receives.</summary>
internal sealed record LinkFault(string Host, string Network)
{
    public bool Cut { get; init; }

    /// <summary>Of its cables, those that are pulled.</summary>
    public bool CutFirst { get; init; }
    public bool CutSecond { get; init; }
    public bool DropIn { get; init; }
    public bool DropOut { get; init; }
    public double LossPercent { get; init; }
    public long BitsPerSecond { get; init; }
    public int PacketBytes { get; init; }

    internal bool Any => this != new LinkFault(Host, Network);

    internal bool HasCut(int side) => Cut || (side == 1 ? CutFirst : CutSecond);

    internal IEnumerable<string> Describe()
    {
        var link = $"{Host} {Network}";
        if (Cut)
        {
            yield return $"cut {link}";
        }

        if (CutFirst)
        {
            yield return $"cut {link} 1";
        }

        if (CutSecond)
        {
            yield return $"cut {link} 2";
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
