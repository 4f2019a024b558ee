namespace Holdfast.Cli;

/// <summary>What a call ends with; scripts may rely on it.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>The call is wrong in itself; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>It works, and something needs a person (<c>status</c> with alarms or without quorum).</summary>
    public const int Degraded = 3;

    /// <summary>Ctrl-C, by the shells' convention.</summary>
    public const int Interrupted = 130;
}
