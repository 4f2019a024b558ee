namespace Holdfast.Daemon.Doctor;

/// <summary>Looks at one thing on this host. It changes nothing, and it may hang or throw: who calls it has a limit.</summary>
internal interface ICheck
{
    /// <summary>One word, for programs and for the first column.</summary>
    string Name { get; }

    /// <summary>At least one finding.</summary>
    Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel);
}
