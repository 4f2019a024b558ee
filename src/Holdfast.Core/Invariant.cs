using System.Diagnostics.CodeAnalysis;

namespace Holdfast.Core;

/// <summary>A condition that the safety argument rests on. Broken, it stops the process; the guard and the leases then do their work.</summary>
public static class Invariant
{
    public static void That([DoesNotReturnIf(false)] bool condition, string what)
    {
        if (!condition)
        {
            throw new BrokenInvariantException(what);
        }
    }
}

/// <summary>The program's own reasoning is wrong: nothing may be done on its word any more.</summary>
public sealed class BrokenInvariantException(string message) : Exception(message);
