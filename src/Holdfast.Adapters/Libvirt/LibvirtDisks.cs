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

    private Guid Id => machine.Qemu.Machine;

    public async Task<ImmutableSortedDictionary<int, string>> FilesAsync()
    {
        try
        {
            return DomainXml.ReadDiskFiles(await libvirt.XmlAsync(Id, options.CallDeadline).ConfigureAwait(false));
        }
        catch (LibvirtException e)
        {
            throw new ChainException($"Which files {machine.Qemu.Name} writes to cannot be asked of libvirt: {e.Message}; nothing was changed.");
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
            return new(e.Message, e.OutcomeUnknown);
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

        QuiescedMark.Set(paths, machine.Qemu);
        return await agents.CommandAsync(Id, """{"execute":"guest-fsfreeze-freeze"}""", FreezeSeconds).ConfigureAwait(false) is not null;
    }

    public async Task<bool> ResumeAsync()
    {
        if (!QuiescedMark.IsSet(paths, machine.Qemu))
        {
            return true;
        }

        // A freeze without an answer may come to pass later; the thaw after it is asked for in the same order.
        for (var tries = 0; tries < ThawTries; tries++)
        {
            if (await agents.CommandAsync(Id, """{"execute":"guest-fsfreeze-thaw"}""", ThawSeconds).ConfigureAwait(false) is not null)
            {
                QuiescedMark.Clear(paths, machine.Qemu);
                return true;
            }
        }

        return false;
    }
}
