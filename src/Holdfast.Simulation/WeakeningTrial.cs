namespace Holdfast.Simulation;

/// <summary>Whether the checkers notice that one protection is off.</summary>
/// <param name="Seed">The first seed that showed it, or null when none of those allowed did.</param>
public sealed record WeakeningTrial(string Name, string What, int Allowed, ulong? Seed, Violation? Violation)
{
    public static IReadOnlyList<string> Names => [.. Weakenings.All.Select(w => w.Name)];

    public static WeakeningTrial Of(string name)
    {
        var weakening = Weakenings.Find(name);
        for (var seed = 1; seed <= weakening.Seeds; seed++)
        {
            var result = Swarm.Run((ulong)seed, new() { Weaken = name, Duration = TimeSpan.FromMinutes(weakening.Minutes) });
            if (result.Violations.Count > 0)
            {
                return new(name, weakening.What, weakening.Seeds, (ulong)seed, result.Violations[0]);
            }
        }

        return new(name, weakening.What, weakening.Seeds, null, null);
    }
}
