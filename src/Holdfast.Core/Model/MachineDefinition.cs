using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Core.Model;

/// <summary>
/// One machine as its administrator wanted it. Stored as <c>machine.json</c> in the machine's folder on its home datastore, so that a machine
/// is a folder that can be read without the cluster.
/// </summary>
/// <param name="Id">Also the libvirt domain's UUID.</param>
/// <param name="Datastore">Name of the home datastore: the lease lives there.</param>
/// <param name="Priority">Higher restarts first.</param>
/// <param name="OnIsolation">What its host does with it when it is cut off, and the machine with it from its network.</param>
/// <param name="Image">What it boots: null for the disk's own boot loader, else kernel and initrd paths on every host (the lab's guest).</param>
public sealed record MachineDefinition(
    Guid Id, string Name, string Datastore, int MemoryMiB, int Cpus, int Priority, string Mac,
    ImmutableArray<DiskDefinition> Disks, DirectBoot? Image = null, IsolationResponse OnIsolation = IsolationResponse.Release)
{
    /// <summary>
    /// The IPv4 addresses that its guest is known to use. Nobody hands them out: they are kept unique, watched and announced. Etcd's copy counts; the one in the
    /// folder is for a cluster whose etcd is gone.
    /// </summary>
    /// <remarks>A setter, not an init: generated JSON code would make it null where an older file does not have it.</remarks>
    public ImmutableArray<string> Addresses { get; set; } = [];

    /// <summary>What its host does when its guest is hung.</summary>
    public HungResponse OnHung { get; set; }

    /// <summary>Machines that name the same group are never moved to a host on which another one of it is; null: it is in none.</summary>
    public string? ApartGroup { get; set; }
}

/// <summary>What a host does with a machine whose guest shows no sign of life while the machine itself runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HungResponse>))]
public enum HungResponse
{
    /// <summary>Tells it and leaves it alone.</summary>
    Ignore,

    /// <summary>Ends its process and starts it again on the same host.</summary>
    Restart,
}

/// <summary>What an isolated host without guest network does with a machine (row 6 of the isolation table).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IsolationResponse>))]
public enum IsolationResponse
{
    /// <summary>Shuts it down and gives its right back, so that another host runs it where it is reached.</summary>
    Release,

    /// <summary>Lets it run on where nobody reaches it.</summary>
    Keep,
}

/// <param name="File">Path relative to the machine's folder.</param>
public sealed record DiskDefinition(string File, long SizeBytes)
{
    /// <summary>The guest cannot write to it (the seed that its first boot is configured by), and no snapshot is taken of it.</summary>
    public bool ReadOnly { get; set; }
}

public sealed record DirectBoot(string Kernel, string Initrd, string CommandLine);
