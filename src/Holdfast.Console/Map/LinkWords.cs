using Holdfast.Api;
using Holdfast.Console.Language;

namespace Holdfast.Console.Map;

/// <summary>The map in words: what is read aloud, what stands in its table, and the few words beside a broken line.</summary>
public sealed class LinkWords(Say say)
{
    /// <summary>One sentence for a cable, like "h2's storage cable: no carrier. Nobody hears h2, and h2 hears nobody."</summary>
    public string Sentence(Cable cable) => say.Of("map.cable", cable.Host, cable.Network, Detail(cable));

    /// <summary>The sentence without its subject.</summary>
    public string Detail(Cable cable) => cable switch
    {
        { Sends.State: LinkState.Off } => say["map.off"],
        { Carrier: false } => say["map.noCarrier"],
        { Sends.State: LinkState.Broken, Hears.State: LinkState.Broken } => say.Of("map.bothLost", cable.Host),
        { Sends.State: LinkState.Broken } => say.Of("map.sendsLost", cable.Host),
        { Hears.State: LinkState.Broken } => say.Of("map.hearsLost", cable.Host),
        { Sends.State: LinkState.Unknown, Hears.State: LinkState.Unknown } => say["map.unknown"],
        _ => string.Join(" ", Parts(cable)),
    };

    /// <summary>For the table's cell and the label beside the line: a few words.</summary>
    public string Short(Cable cable) => cable switch
    {
        { Sends.State: LinkState.Off } => say["short.off"],
        { Carrier: false } => say["short.noCarrier"],
        { Sends.State: LinkState.Broken, Hears.State: LinkState.Broken } => say["short.broken"],
        { Sends.State: LinkState.Broken } => say["short.sendsLost"],
        { Hears.State: LinkState.Broken } => say["short.hearsLost"],
        { HasLostMember: true, Bond: { } bond } => say.Of("short.bond", bond.Up, bond.Members),
        { Sends.State: LinkState.Unknown, Hears.State: LinkState.Unknown } => say["short.unknown"],
        { Worst: LinkState.Impaired } => Impairment(cable.Sends.State == LinkState.Impaired ? cable.Sends : cable.Hears),
        _ => say["short.fine"],
    };

    public string Sentence(StoreLink link) => say.Of($"map.store.{Key(link.State)}", link.Host, link.Store, link.Reason ?? "");

    public string Short(StoreLink link) => link.State is LinkState.Impaired or LinkState.Broken ? Reason(link.Reason) ?? say[$"short.{Key(link.State)}"] : say[$"short.{Key(link.State)}"];

    public string Sentence(PairFault pair) => say.Of(pair.State == LinkState.Broken ? "map.pairLost" : "map.pairBad", pair.Direction.From, pair.Direction.To, pair.Network, Measured(pair.Direction));

    /// <summary>What a direction's row says: "down", or what was measured.</summary>
    public string Measured(Direction direction) => direction.State switch
    {
        Health.Lost => say["short.broken"],
        Health.Unknown => say["short.unknown"],
        _ => string.Join(", ", new[]
        {
            direction.HoleBytes is { } bytes ? say.Of("measured.hole", bytes) : null,
            direction.LossPercent is > 0 and { } loss ? say.Of("measured.loss", loss) : null,
            direction.DelayMs is { } ms ? say.Of("measured.delay", ms) : null,
        }.OfType<string>()) is { Length: > 0 } measured ? measured : say["short.fine"],
    };

    public string StateWord(LinkState state) => say[$"short.{Key(state)}"];

    /// <summary>What a host is, in a word: its drain, a verdict that says more than its state, or its state.</summary>
    public string Host(MapHost host) => host switch
    {
        { Drain: { } drain } => say.Word("drain", drain),
        { State: HostState.Up, Verdict: not "connected" } => say[$"verdict.{host.Verdict}"],
        _ => say.Word("host", host.State),
    };

    private IEnumerable<string> Parts(Cable cable)
    {
        if (cable.Bond is { } bond && cable.HasLostMember)
        {
            yield return say.Of("map.bond", bond.Up, bond.Members, bond.Mode);
        }

        yield return say.Of("map.sends", Way(cable.Sends));
        yield return say.Of("map.hears", Way(cable.Hears));
    }

    private string Way(Way way) => way.State switch
    {
        LinkState.Fine => way.DelayMs is { } ms ? say.Of("measured.fineDelay", ms) : say["short.fine"],
        LinkState.Impaired => Impairment(way),
        _ => StateWord(way.State),
    };

    private string Impairment(Way way) => way.HoleBytes is { } bytes ? say.Of("measured.hole", bytes) : way.LossPercent is > 0 and { } loss ? say.Of("measured.loss", loss) : say["short.impaired"];

    // The agents' own words for a datastore; a word that is not known here is shown as it came.
    private string? Reason(string? reason) => reason is null ? null : say[$"store.{reason}"] is var word && word.StartsWith("store.", StringComparison.Ordinal) ? reason : word;

    private static string Key(LinkState state) => state.ToString().ToLowerInvariant();
}
