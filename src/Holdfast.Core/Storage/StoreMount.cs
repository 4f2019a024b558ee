using System.Collections.Immutable;

namespace Holdfast.Core.Storage;

/// <summary>How a host has mounted the file system that a datastore lies on.</summary>
/// <param name="Type">The kernel's word: "nfs4", "fuse.glusterfs", "cifs", …</param>
/// <param name="Options">Of the mount and of the file system, as the kernel lists them: "rw", "local_lock=none", …</param>
public sealed record StoreMount(string Place, string Type, string Source, ImmutableArray<string> Options);
