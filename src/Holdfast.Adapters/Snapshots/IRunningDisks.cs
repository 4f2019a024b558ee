using System.Collections.Immutable;

namespace Holdfast.Adapters.Snapshots;

/// <summary>The disks of a machine that runs on this host, by their place in its definition, from 0.</summary>
internal interface IRunningDisks
{
    /// <summary>The names of the files that are written to now.</summary>
    Task<ImmutableSortedDictionary<int, string>> FilesAsync();

    /// <summary>From one instant on, the same for all of them, these files are written to; those before are not any more. All or none.</summary>
    /// <returns>Null: done. A failure that is <c>Unknown</c> may have happened, or may still.</returns>
    Task<SwitchFailure?> SwitchAsync(ImmutableSortedDictionary<int, string> files);

    /// <summary>Brings the guest's file systems to rest. False: nobody answers for them.</summary>
    Task<bool> QuiesceAsync();

    /// <summary>Lets them go on, also when it is not known that they rest. False: the guest agent has not confirmed it.</summary>
    Task<bool> ResumeAsync();
}

internal sealed record SwitchFailure(string Why, bool Unknown);
