using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>One cable of a link, put together from what is declared, what is seen and, where both say nothing, what is inferred.</summary>
/// <param name="Nic">Its end at the host.</param>
/// <param name="Confidence">That there is such a NIC.</param>
/// <param name="Switch">Its other end.</param>
/// <param name="Plugged">That it is plugged in there.</param>
/// <param name="Card">What carries it besides others of the same host; null: not known.</param>
internal sealed record Cable(string Nic, Told Confidence, string Switch, Told Plugged, string? Card, Told CardTold, string Detail);

/// <summary>How something is known, and by whom.</summary>
internal readonly record struct Told(Confidence Confidence, string Source)
{
    public static readonly Told Configured = new(Confidence.Seen, "configuration");
    public static readonly Told Declared = new(Confidence.Declared, "topology file");
    public static readonly Told Nobody = new(Confidence.Inferred, "nothing says otherwise");

    public static Told Kernel(string host) => new(Confidence.Seen, $"kernel of {host}");

    public static Told Lldp(string host) => new(Confidence.Seen, $"LLDP at {host}");
}
