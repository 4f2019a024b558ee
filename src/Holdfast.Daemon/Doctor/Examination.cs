using Holdfast.Api;

namespace Holdfast.Daemon.Doctor;

/// <summary>Runs checks beside each other. None can hold up the others, and what none has found is said to be unknown, not well.</summary>
internal static class Examination
{
    /// <param name="limit">For each check.</param>
    /// <returns>In the order of the checks.</returns>
    public static async Task<DoctorFinding[]> OfAsync(IReadOnlyList<ICheck> checks, TimeSpan limit)
    {
        var found = await Task.WhenAll(checks.Select(c => LookAsync(c, limit)));
        return [.. checks.Zip(found).SelectMany(c => c.Second.Select(f => new DoctorFinding(c.First.Name, f.State, f.Says, f.Mend)))];
    }

    private static async Task<IReadOnlyList<Finding>> LookAsync(ICheck check, TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            return await Task.Run(() => check.LookAsync(late.Token), CancellationToken.None).WaitAsync(limit, CancellationToken.None);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return [Finding.Unknown($"this was not found out within {limit.TotalSeconds:0.#} s", "look at it by hand: what hangs for 'holdfast doctor' hangs for the agent too")];
        }
        catch (Exception e)
        {
            return [Finding.Unknown($"this could not be looked at: {e.Message.TrimEnd('.')}", "look at it by hand")];
        }
    }
}
