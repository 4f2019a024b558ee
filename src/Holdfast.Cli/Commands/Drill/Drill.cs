using Holdfast.Api;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>One disturbance with what it may cost. What is broken is always healed again as a whole, so no drill says how.</summary>
/// <param name="Script">Words of <c>holdfast lab fault</c>, one after another, where "others" stands for every other host and "every" for every network; or "wait SECONDS", or "disarm MINUTES" (healing arms), or "answering HOST" (until the guest agent
/// of its machine answers). "machine" stands for the machine on the host before it.</param>
/// <param name="Signs">What must be seen while the fault lasts.</param>
/// <param name="Fate">What happens to the machines on <paramref name="Struck"/>; those elsewhere are unharmed.</param>
/// <param name="Struck">Hosts, with a blank between them; null: every host.</param>
/// <param name="OnIsolation">Policy of the machines that the drill makes.</param>
internal sealed record Drill(
    string Name, string Title, string[] Script, Sign[] Signs, Fate Fate = Fate.Unharmed, string? Struck = null, IsolationResponse OnIsolation = IsolationResponse.Release)
{
    /// <summary>Policy of the machines that the drill makes, and of those that it strikes.</summary>
    public HungResponse OnHung { get; init; }

    /// <summary>Nobody may be suspected, fenced or frozen for it.</summary>
    public bool IsHarmless => Fate is Fate.Unharmed or Fate.Slowed or Fate.StartedAnew or Fate.Moved or Fate.Released;

    public bool Strikes(string host) => Struck is null || Struck.Split(' ').Contains(host);

    /// <summary>What happens to a machine with this policy on this host.</summary>
    public Fate FateOf(string host, IsolationResponse policy) =>
        !Strikes(host) || (Fate == Fate.Released && policy == IsolationResponse.Keep) ? Fate.Unharmed : Fate;

    /// <summary>The script for the hosts and networks of one lab.</summary>
    public static IEnumerable<string> Expand(string words, IReadOnlyList<string> hosts, IReadOnlyList<string> networks) =>
        Each(words, "others", hosts.Where(host => !words.Split(' ').Contains(host))).SelectMany(one => Each(one, "every", networks));

    private static IEnumerable<string> Each(string words, string placeholder, IEnumerable<string> values) =>
        words.Split(' ').Contains(placeholder) ? values.Select(value => words.Replace(placeholder, value, StringComparison.Ordinal)) : [words];
}
