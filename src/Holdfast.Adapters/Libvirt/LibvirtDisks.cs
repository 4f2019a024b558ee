using System.Collections.Immutable;
using System.Xml.Linq;
using Holdfast.Adapters.Libvirt.Pulse;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Adapters.Snapshots;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// The disks of a machine that runs here. libvirt changes them, not we on QEMU's own socket: a migration gives the target what libvirt knows, and a disk that libvirt does not know of would
/// be opened there as it was before the snapshot.
/// </summary>
internal sealed class LibvirtDisks(LibvirtMachines libvirt, GuestAgents agents, AttachedMachine machine, string folder, HypervisorOptions options, HostPaths paths) : IRunningDisks
{
    private const int FreezeSeconds = 5, ThawSeconds = 5, ThawTries = 3;

    /// <summary>QEMU waits for writes that are under way; on a store that stands still that takes until it goes on.</summary>
    private static readonly TimeSpan SwitchDeadline = TimeSpan.FromSeconds(20);

    /// <summary>virterror.h: also what a call ends with whose libvirtd has died in the middle of it.</summary>
    private const int SystemError = 38;

    private Guid Id => machine.Qemu.Machine;

    /// <summary>QEMU's word, which is what is so, and libvirt's, which is what a migration would go by: where libvirtd was killed in the middle of a switch, the two may differ.</summary>
    public async Task<ImmutableSortedDictionary<int, string>> FilesAsync()
    {
        try
        {
            var known = DomainXml.ReadDiskFiles(await libvirt.XmlAsync(Id, options.CallDeadline).ConfigureAwait(false));
            var qmp = await machine.QmpAsync(options.QmpDeadline).ConfigureAwait(false);
            var open = await qmp.QueryDiskFilesAsync(options.QmpDeadline).ConfigureAwait(false);
            var files = open.ToImmutableSortedDictionary(static disk => disk.Key, static disk => Path.GetFileName(disk.Value));
            return known.All(disk => files.GetValueOrDefault(disk.Key) == disk.Value) ? files : throw new ChainException(
                $"libvirt and QEMU do not agree on the files that {machine.Qemu.Name} writes to ({string.Join(", ", known.Values)}; {string.Join(", ", files.Values)}); shut it down and start it again, then they do.");
        }
        catch (Exception e) when (e is LibvirtException or QmpException or System.Text.Json.JsonException)
        {
            throw new ChainException($"Which files {machine.Qemu.Name} writes to cannot be found out: {e.Message}; it runs on.");
        }
    }

    public async Task<SwitchFailure?> SwitchAsync(ImmutableSortedDictionary<int, string> files)
    {
        try
        {
            await libvirt.SwitchDisksAsync(Id, DomainXml.SnapshotText(files, folder), SwitchDeadline).ConfigureAwait(false);
            return null;
        }
        catch (LibvirtException e)
        {
            return new(e.Message, e.OutcomeUnknown || e.Code == SystemError);
        }
    }

    public async Task<bool> QuiesceAsync()
    {
        try
        {
            var qmp = await machine.QmpAsync(options.QmpDeadline).ConfigureAwait(false);
            if (!await qmp.QueryGuestOpenAsync(DomainXml.AgentCharacterDevice, options.QmpDeadline).ConfigureAwait(false))
            {
                return false;
            }
        }
        catch (QmpException)
        {
            return false;
        }

        ProcessMark.Quiesced.Set(paths, machine.Qemu);
        return await agents.CommandAsync(Id, """{"execute":"guest-fsfreeze-freeze"}""", FreezeSeconds).ConfigureAwait(false) is not null;
    }

    public async Task<bool> ResumeAsync()
    {
        if (!ProcessMark.Quiesced.IsSet(paths, machine.Qemu))
        {
            return true;
        }

        // A freeze without an answer may come to pass later; the thaw after it is asked for in the same order.
        for (var tries = 0; tries < ThawTries; tries++)
        {
            if (await agents.CommandAsync(Id, """{"execute":"guest-fsfreeze-thaw"}""", ThawSeconds).ConfigureAwait(false) is not null)
            {
                ProcessMark.Quiesced.Clear(paths, machine.Qemu);
                return true;
            }
        }

        return false;
    }
}
