namespace Holdfast.Console.Map;

/// <summary>
/// Where the map draws what, in px of its own picture: hosts side by side at the top, a rail for each network and datastore below, and from each host a cable
/// down to each rail. The first rail's cable is the rightmost: right of where a cable ends no other one of its host passes, and there stands what is wrong with it.
/// </summary>
/// <param name="Gutter">Left of the first host, for the rails' names.</param>
/// <param name="Column">A host's share of the width.</param>
public sealed record MapLayout(int Hosts, int Rails, double Gutter, double Column, double CardWidth, double CardHeight, double RailStep)
{
    private const double Top = 8;

    public static MapLayout Of(NetworkMap map, bool narrow)
    {
        var (hosts, rails) = (map.Hosts.Length, map.Rails.Length + map.Stores.Length);
        return narrow
            ? new(hosts, rails, 60, Math.Max(71, rails * 12 + 8), Math.Max(64, rails * 11 + 6), 60, 58)
            : new(hosts, rails, 172, Math.Max(212, rails * 30 + 30), Math.Max(150, rails * 24 + 8), 70, 66);
    }

    public double Width => Gutter + Hosts * Column + 4;

    public double Height => Top + CardHeight + Rails * RailStep + 22;

    public double CardBottom => Top + CardHeight;

    /// <summary>Middle of a host's column.</summary>
    public double HostX(int host) => Gutter + (host + 0.5) * Column;

    public double CardX(int host) => HostX(host) - CardWidth / 2;

    public double CardY => Top;

    public double RailY(int rail) => CardBottom + (rail + 1) * RailStep;

    public double CableX(int host, int rail) => HostX(host) + ((Rails - 1) / 2.0 - rail) * Spacing;

    /// <summary>Where a badge sits on a cable: just above its rail, clear of the rail above.</summary>
    public double BadgeY(int rail) => RailY(rail) - RailStep * 0.45;

    private double Spacing => (CardWidth - 16) / Math.Max(1, Rails);
}
