using System.Collections.Immutable;
using Holdfast.Adapters.Images;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Snapshots;

/// <summary>
/// The files that a machine is about to write to, after an end that may not have been clean. They are only read: a repair that hangs could come to pass when another host has the machine,
/// and what QEMU leaves when it is killed (blocks that belong to nothing) harms nobody.
/// </summary>
internal static class TopFiles
{
    /// <param name="limit">For each file; one that cannot be looked at within it is taken for whole.</param>
    /// <returns>Null, or the sentence about the file that is damaged.</returns>
    public static async Task<string?> DamageAsync(string folder, ImmutableArray<ActiveFile> active, TimeSpan limit)
    {
        foreach (var file in active.Where(a => a.Format == ImageFormat.Qcow2).Select(a => Path.Combine(folder, a.File)))
        {
            if (await QemuImg.CheckAsync(file, limit).ConfigureAwait(false) is { Damaged: true } found)
            {
                return $"{file} is damaged ({found.Why}); look at it with 'qemu-img check {file}', make a copy, and repair it with 'qemu-img check -r all {file}', or go back to a snapshot with 'holdfast snapshot revert'.";
            }
        }

        return null;
    }
}
