using System.Collections.Immutable;

namespace Holdfast.Core.Storage;

/// <summary>
/// Which mounts of a shared datastore lie across hosts. QEMU's image lock and the order of what one host writes and another reads are the last defence against two copies of
/// a machine on one disk; each option here takes a part of it away, without any error that somebody would see.
/// </summary>
public static class MountLint
{
    private static readonly ImmutableArray<Rule> Rules =
    [
        // nfs(5). QEMU locks its images by fcntl, so 'flock' alone would leave that in force; but then other programs' locks lie, and nobody means that.
        new("nfs", o => o == "nolock", "locks are kept on each host alone, so that two hosts could run on one disk; mount it without 'nolock' (with NFS 4, or with rpc.statd)"),
        new("nfs", o => o.StartsWith("local_lock=", StringComparison.Ordinal) && o != "local_lock=none", "locks are kept on each host alone, so that two hosts could run on one disk; mount it with 'local_lock=none'"),
        new("nfs", o => o == "nocto", "a file that another host has just written may be read in its old form; mount it without 'nocto'"),

        // mount.cifs(8): only 'strict' and 'none' ask the server.
        new("cifs", o => o is "cache=loose" or "cache=singleclient", "a host reads its own old copy of what another host has written; mount it with 'cache=none'"),
        new("cifs", o => o is "nobrl" or "forcemandatorylock", "locks do not reach the server as QEMU means them, so that two hosts could run on one disk; mount it without that option"),
        new("smb3", o => o is "cache=loose" or "cache=singleclient", "a host reads its own old copy of what another host has written; mount it with 'cache=none'"),
        new("smb3", o => o is "nobrl" or "forcemandatorylock", "locks do not reach the server as QEMU means them, so that two hosts could run on one disk; mount it without that option"),

        // The kernel's documentation of 9p: every cache but 'none' is a host's own.
        new("9p", o => o.StartsWith("cache=", StringComparison.Ordinal) && o is not ("cache=none" or "cache=0" or "cache=0x0"), "a host reads its own old copy of what another host has written; mount it with 'cache=none'"),
        new("gfs2", o => o is "lockproto=lock_nolock" or "localflocks", "the hosts do not lock against each other, which destroys the file system; mount it with 'lockproto=lock_dlm' and without 'localflocks'"),
        new("ocfs2", o => o == "localflocks", "locks are kept on each host alone, so that two hosts could run on one disk; mount it without 'localflocks'"),
    ];

    /// <summary>File systems of one host: a directory on one is shared only when the same disk is mounted twice, which destroys it.</summary>
    private static readonly ImmutableHashSet<string> Local = ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "vfat", "overlay", "tmpfs"];

    /// <summary>Those that refuse come first.</summary>
    /// <param name="shared">Other hosts use the store too.</param>
    public static ImmutableArray<StoreFinding> Look(StoreMount mount, bool shared)
    {
        var found = ImmutableArray.CreateBuilder<StoreFinding>();
        if (shared)
        {
            found.AddRange(
                from rule in Rules
                where IsOf(mount.Type, rule.FileSystem)
                from option in mount.Options.Distinct()
                where rule.Hits(option)
                select new StoreFinding(true, $"{mount.Place} is mounted with '{option}': {rule.Why}."));
        }

        if (mount.Options.Contains("ro"))
        {
            found.Add(new(true, $"{mount.Place} is mounted read-only, so that no lease can be renewed there; mount it with 'rw'."));
        }

        if (IsOf(mount.Type, "nfs") && mount.Options.Any(o => o is "soft" or "softerr"))
        {
            found.Add(new(false, $"{mount.Place} is mounted 'soft': when its server is away for a while, machines there are paused by an I/O error instead of waiting; 'hard' lets them wait."));
        }

        if (shared && Local.Contains(mount.Type))
        {
            found.Add(new(false, $"{mount.Place} lies on {mount.Type}, a file system of one host: it is shared only where the hosts are namespaces or containers of one kernel."));
        }

        return found.ToImmutable();
    }

    private static bool IsOf(string type, string fileSystem) => type == fileSystem || (fileSystem == "nfs" && type is "nfs4" or "nfs3") || type == $"fuse.{fileSystem}";

    private sealed record Rule(string FileSystem, Func<string, bool> Hits, string Why);
}
