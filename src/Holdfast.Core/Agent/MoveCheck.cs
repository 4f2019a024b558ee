namespace Holdfast.Core.Agent;

/// <summary>One thing that is asked before a machine is moved.</summary>
/// <param name="Name">machine, host, disks, memory, guest network, path …</param>
/// <param name="Says">What was found, in one sentence without its full stop.</param>
public sealed record MoveCheck(string Name, CheckVerdict Verdict, string Says);

public enum CheckVerdict
{
    Passes,

    /// <summary>The machine is not moved for this reason.</summary>
    Refuses,

    /// <summary>It is not known, and nothing is refused for it.</summary>
    Unknown,
}
