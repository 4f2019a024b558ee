namespace Holdfast.Simulation.Exploration;

/// <summary>One search that can be asked for by name.</summary>
/// <param name="Depth">The depth it is made for: a flaw is found within it, a sound machine survives it.</param>
/// <param name="ShortDepth">A depth that is reached within seconds, for ./test.</param>
/// <param name="Finds">True when a rule is left out, so that a violation must be found.</param>
public sealed record Exploration(
    string Name, string Meaning, int Depth, int ShortDepth, bool Finds, Func<int, Action<SearchProgress>?, TimeSpan?, CancellationToken, SearchReport> Run)
{
    /// <summary>All that can be explored, by what is explored.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<Exploration>> All = new SortedDictionary<string, IReadOnlyList<Exploration>>(StringComparer.Ordinal)
    {
        ["handover"] = HandOver.HandOverExplorations.All,
        ["paxos"] = Register.RegisterExplorations.All,
    };

    internal static Exploration Of<TState>(string name, string meaning, int depth, int shortDepth, bool finds, IModel<TState> model) => new(
        name, meaning, depth, shortDepth, finds, (limit, progress, time, cancel) => new Search<TState>(name, model).Run(limit, progress, time, cancel));
}
