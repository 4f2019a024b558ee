using Holdfast.Api;
using Holdfast.Console.Language;

namespace Holdfast.Console.Parts;

/// <summary>"live, seen by h1" or "seen 5 s ago by h1, who has no quorum".</summary>
public static class AgeWords
{
    /// <param name="age">Null: nothing has been seen yet.</param>
    /// <param name="by">The last that was seen of the cluster; null: nothing yet.</param>
    public static string Of(Say say, TimeSpan? age, ClusterStatus? by)
    {
        if (age is not { } old)
        {
            return say["age.none"];
        }

        var fresh = old.TotalSeconds <= Age.FreshSeconds;
        var seen = by is null ? "" : say.Of(fresh ? "age.by" : "age.oldBy", by.Host) + (by.Quorum ? "" : say["age.noQuorum"]);
        return (fresh ? say["age.live"] : say.Of("age.old", Long(old))) + seen;
    }

    private static string Long(TimeSpan age) => age.TotalSeconds < 120 ? $"{age.TotalSeconds:0} s" : $"{age.TotalMinutes:0} min";
}
