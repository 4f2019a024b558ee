using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Holdfast.Adapters.Libvirt.Hook;
using Holdfast.Adapters.Libvirt.Interop;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// What the agent asks of its host's libvirt, each with a deadline. A <see cref="LibvirtException"/> with <see cref="LibvirtException.OutcomeUnknown"/>
/// means: look again (<see cref="ListAsync"/>) before you decide.
/// </summary>
public sealed class LibvirtMachines(LibvirtConnection connection, HostPaths paths)
{
    private const uint StartPaused = 1;
    private const uint ActiveDomains = 1;
    private const int MetadataElement = 2;
    private const uint AffectLive = 1;
    private const int AllCells = -1;
    private const int NoSuchMetadata = 80;

    public HostPaths Paths => paths;

    /// <summary>
    /// Starts a QEMU process for the machine with its CPUs stopped, as a transient domain that outlives this connection.
    /// <c>cont</c> on its QMP socket lets it run.
    /// </summary>
    public async Task<QemuProcess> StartPausedAsync(MachineDefinition machine, ulong epoch, MachinePlace place, TimeSpan deadline)
    {
        paths.EnsureDirectories();
        var xml = DomainXml.Build(machine, epoch, place, paths);
        StartTicket.Place(machine.Id, epoch, paths);
        try
        {
            return await connection.Call($"starting {machine.Name}", deadline, handle =>
            {
                using var domain = LibvirtNative.virDomainCreateXML(handle, xml, StartPaused);
                if (domain.IsInvalid)
                {
                    throw LibvirtException.FromLastError($"starting {machine.Name}");
                }

                return FindProcess(machine.Name, machine.Id, epoch) ?? throw new LibvirtException(
                    LibvirtFailure.Refused, $"{machine.Name} was started but its QEMU process is not there any more; its log is /var/log/libvirt/qemu/{machine.Name}.log");
            }).ConfigureAwait(false);
        }
        finally
        {
            // Gone when the hook has taken it. Without a hook, or when the start failed or came to no end, it must not serve another one.
            StartTicket.Withdraw(machine.Id, epoch, paths);
        }
    }

    /// <summary>All running domains, also those that are not Holdfast's. After a restart of the agent or of libvirtd this is how machines are adopted.</summary>
    public Task<ImmutableArray<DomainStatus>> ListAsync(TimeSpan deadline) => connection.Call("listing domains", deadline, List);

    /// <summary>
    /// Makes libvirt forget the domain (it also kills QEMU, but that is no evidence: <see cref="ProcessEnd.KillAndWait"/> first). False when it knew none.
    /// </summary>
    public Task<bool> DestroyAsync(Guid machine, TimeSpan deadline) =>
        OnDomain("destroying a domain", machine, deadline, static domain => LibvirtNative.virDomainDestroyFlags(domain, 0));

    /// <summary>Asks the guest by ACPI to shut down; its end is an event. False when libvirt knows no such domain.</summary>
    public Task<bool> ShutdownAsync(Guid machine, TimeSpan deadline)
    {
        const uint ByAcpi = 1;
        return OnDomain("shutting down a domain", machine, deadline, static domain => LibvirtNative.virDomainShutdownFlags(domain, ByAcpi));
    }

    /// <summary>Writes the machine's new epoch into the running domain's metadata (after a migration's commit). False when libvirt knows no such domain.</summary>
    public Task<bool> SetEpochAsync(Guid machine, ulong epoch, TimeSpan deadline)
    {
        var text = DomainXml.MetadataText(machine, epoch);
        return OnDomain("writing the epoch", machine, deadline, domain => LibvirtNative.virDomainSetMetadata(
            domain, MetadataElement, text, "holdfast", DomainXml.MetadataNamespace, AffectLive));
    }

    /// <summary>
    /// Has a running domain write to new files, which are there already; all its disks at one instant, or none. libvirt keeps no snapshot of its own for it.
    /// </summary>
    /// <param name="xml">See <see cref="DomainXml.SnapshotText"/>.</param>
    public Task SwitchDisksAsync(Guid machine, string xml, TimeSpan deadline)
    {
        // libvirt-domain-snapshot.h: NO_METADATA, DISK_ONLY, REUSE_EXT, ATOMIC.
        const uint Flags = 4 | 16 | 32 | 128;
        return connection.CallDomain("switching a domain's disks", machine, deadline, domain =>
        {
            var snapshot = LibvirtNative.virDomainSnapshotCreateXML(domain, xml, Flags);
            if (snapshot == 0)
            {
                throw LibvirtException.FromLastError("switching a domain's disks");
            }

            _ = LibvirtNative.virDomainSnapshotFree(snapshot);
            return true;
        });
    }

    /// <summary>The live XML of a running domain.</summary>
    public Task<string> XmlAsync(Guid machine, TimeSpan deadline) => connection.CallDomain("reading a domain", machine, deadline, static domain =>
        LibvirtNative.TakeString(LibvirtNative.virDomainGetXMLDesc(domain, 0)) ?? throw LibvirtException.FromLastError("reading a domain"));

    /// <summary>libvirt's capabilities XML: CPU model, emulators, memory topology.</summary>
    public Task<string> CapabilitiesAsync(TimeSpan deadline) => connection.Call("reading capabilities", deadline, static handle =>
        LibvirtNative.TakeString(LibvirtNative.virConnectGetCapabilities(handle)) ?? throw LibvirtException.FromLastError("reading capabilities"));

    /// <summary>libvirt's domain capabilities XML for an acceleration; it fails where that one is not offered.</summary>
    public Task<string> DomainCapabilitiesAsync(Acceleration acceleration, TimeSpan deadline) => connection.Call(
        "reading domain capabilities", deadline, handle => LibvirtNative.TakeString(LibvirtNative.virConnectGetDomainCapabilities(
            handle, null, null, null, acceleration == Acceleration.Kvm ? "kvm" : "qemu", 0)) ?? throw LibvirtException.FromLastError("reading domain capabilities"));

    /// <summary>Whether this host's hypervisor could give a domain of another host its CPU: null when it could, else libvirt's words about what is missing.</summary>
    public Task<string?> MissingOfCpuAsync(string domainXml, TimeSpan deadline)
    {
        var wanted = DomainXml.ReadCpu(domainXml);
        return connection.Call("comparing a CPU", deadline, handle =>
        {
            const uint FailIncompatible = 1;
            const int Incompatible = 91;
            if (LibvirtNative.virConnectCompareHypervisorCPU(handle, wanted.Emulator, wanted.Architecture, wanted.Machine, wanted.Type, wanted.Cpu, FailIncompatible) >= 0)
            {
                return null;
            }

            var failure = LibvirtException.FromLastError("comparing a CPU");
            return failure.Code == Incompatible ? failure.Message : throw failure;
        });
    }

    public Task<HostResources> HostAsync(TimeSpan deadline) => connection.Call("reading the host's resources", deadline, Host);

    /// <summary>The machine's QEMU process: by libvirt's pid file, or, where that names a pid of another namespace, by the command lines.</summary>
    private QemuProcess? FindProcess(string name, Guid machine, ulong? epoch) => QemuProcess.FromPidFile(name, machine, paths) is { } named
        ? named
        : QemuProcess.Scan(paths).FirstOrDefault(qemu => qemu.Machine == machine && (epoch is null || qemu.SocketEpoch == epoch));

    private unsafe ImmutableArray<DomainStatus> List(ConnectionHandle handle)
    {
        var count = LibvirtNative.virConnectListAllDomains(handle, out var pointers, ActiveDomains);
        if (count < 0)
        {
            throw LibvirtException.FromLastError("listing domains");
        }

        var domains = new DomainHandle[count];
        for (var index = 0; index < count; index++)
        {
            domains[index] = new DomainHandle(pointers[index]);
        }

        NativeMemory.Free(pointers);
        try
        {
            var list = ImmutableArray.CreateBuilder<DomainStatus>(count);
            foreach (var domain in domains)
            {
                if (Status(domain) is { } status)
                {
                    list.Add(status);
                }
            }

            return list.ToImmutable();
        }
        finally
        {
            Array.ForEach(domains, static domain => domain.Dispose());
        }
    }

    private DomainStatus? Status(DomainHandle domain)
    {
        if (LibvirtNative.virDomainGetState(domain, out var state, out var reason, 0) < 0)
        {
            var failure = LibvirtException.FromLastError("reading a domain's state");
            return failure.Failure == LibvirtFailure.NoDomain ? null : throw failure;
        }

        var name = domain.Name;
        var id = domain.Id;
        var metadata = DomainXml.ReadMetadata(LibvirtNative.TakeString(
            LibvirtNative.virDomainGetMetadata(domain, MetadataElement, DomainXml.MetadataNamespace, AffectLive)));
        if (metadata is null)
        {
            var failure = LibvirtException.FromLastError("reading a domain's metadata");
            return failure.Failure switch
            {
                LibvirtFailure.NoDomain => null,
                _ when failure.Code is 0 or NoSuchMetadata => new DomainStatus(name, id, (DomainState)state, reason, null, null),
                _ => throw failure,
            };
        }

        return new DomainStatus(name, id, (DomainState)state, reason, metadata.Value.Epoch, FindProcess(name, id, null));
    }

    private async Task<bool> OnDomain(string what, Guid machine, TimeSpan deadline, Func<DomainHandle, int> call)
    {
        try
        {
            return await connection.CallDomain(what, machine, deadline, domain =>
                call(domain) >= 0 ? true : throw LibvirtException.FromLastError(what)).ConfigureAwait(false);
        }
        catch (LibvirtException failure) when (failure.Failure == LibvirtFailure.NoDomain)
        {
            return false;
        }
    }

    private static unsafe HostResources Host(ConnectionHandle handle)
    {
        NodeInfo info;
        if (LibvirtNative.virNodeGetInfo(handle, &info) < 0)
        {
            throw LibvirtException.FromLastError("reading the host's processors");
        }

        long total = 0, free = 0;
        var count = 0;
        _ = LibvirtNative.virNodeGetMemoryStats(handle, AllCells, null, &count, 0);
        var stats = stackalloc NodeMemoryStats[count];
        if (LibvirtNative.virNodeGetMemoryStats(handle, AllCells, stats, &count, 0) < 0)
        {
            throw LibvirtException.FromLastError("reading the host's memory");
        }

        for (var index = 0; index < count; index++)
        {
            var kib = (long)stats[index].Value;
            switch (Marshal.PtrToStringUTF8((nint)stats[index].Field))
            {
                case "total": total = kib * 1024; break;
                case "free" or "buffers" or "cached": free += kib * 1024; break;
            }
        }

        var model = Marshal.PtrToStringUTF8((nint)info.Model) ?? "";
        return new HostResources(model, (int)info.Cpus, (int)info.Mhz, total, free);
    }
}
