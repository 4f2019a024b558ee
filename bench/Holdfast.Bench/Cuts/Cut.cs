using Holdfast.Lab;

namespace Holdfast.Bench.Cuts;

/// <summary>The two ends of one migration.</summary>
internal sealed record Ends(string Source, string Target, string Machine)
{
    public string Of(End end) => end == End.Source ? Source : Target;
}

internal enum End
{
    Source,
    Target,
}

/// <summary>What is broken during a migration.</summary>
/// <param name="Faults">In the order in which they are made.</param>
/// <param name="Takes">The end whose own QEMU or own storage it takes: while that end owns the machine, starting it anew is right, and never else.</param>
internal sealed record Cut(string Name, Func<Ends, LabFault[]> Faults, End? Takes = null)
{
    /// <summary>A host that has lost its storage runs on until its right expires, and the machine is taken over some seconds after that.</summary>
    public TimeSpan Works => Name.EndsWith("storage", StringComparison.Ordinal) ? TimeSpan.FromSeconds(12) : TimeSpan.Zero;

    /// <summary>It can be made without Holdfast too.</summary>
    public bool IsOfLibvirt => !Name.EndsWith("agent", StringComparison.Ordinal);

    /// <summary>Every cut that there is; networks are cut at the source's card.</summary>
    public static IReadOnlyList<Cut> All { get; } =
    [
        new("migration network", ends => [new LabFault.Cut(ends.Source, "migration")]),
        new("cluster network", ends => [new LabFault.Cut(ends.Source, "cluster")]),
        new("both networks", ends => [new LabFault.Cut(ends.Source, "migration"), new LabFault.Cut(ends.Source, "cluster")]),
        new("one way, both networks", ends => [new LabFault.OneWay(ends.Source, "migration", In: true), new LabFault.OneWay(ends.Source, "cluster", In: true)]),
        new("source's storage", ends => [new LabFault.Cut(ends.Source, "storage")], End.Source),
        new("target's storage", ends => [new LabFault.Cut(ends.Target, "storage")], End.Target),
        Kill("source agent", End.Source, "agent"),
        Kill("target agent", End.Target, "agent"),
        Kill("source libvirtd", End.Source, "libvirtd"),
        Kill("target libvirtd", End.Target, "libvirtd"),
        Kill("source QEMU", End.Source, "qemu"),
        Kill("target QEMU", End.Target, "qemu"),
    ];

    private static Cut Kill(string name, End end, string process) => new(
        $"kill {name}",
        ends => [new LabFault.StopProcess(ends.Of(end), process == "qemu" ? $"qemu:{ends.Machine}" : process, Kill: true)],
        process == "qemu" ? end : null);
}
