using Holdfast.Core.Storage;

namespace Holdfast.Core.Tests.Storage;

public sealed class MountLintTests
{
    [Theory]
    [InlineData("nfs", "rw,hard,nolock,vers=3", "'nolock'")]
    [InlineData("nfs", "rw,hard,local_lock=all,vers=3", "'local_lock=all'")]
    [InlineData("nfs", "rw,local_lock=posix", "'local_lock=posix'")]
    [InlineData("nfs4", "rw,nocto,local_lock=none", "'nocto'")]
    [InlineData("cifs", "rw,cache=loose", "'cache=loose'")]
    [InlineData("smb3", "rw,nobrl", "'nobrl'")]
    [InlineData("9p", "rw,cache=mmap", "'cache=mmap'")]
    [InlineData("gfs2", "rw,lockproto=lock_nolock", "'lockproto=lock_nolock'")]
    [InlineData("ocfs2", "rw,localflocks", "'localflocks'")]
    [InlineData("nfs4", "ro,hard,local_lock=none", "read-only")]
    public void A_mount_that_lies_across_hosts_is_refused_with_its_option_and_the_way_out(string type, string options, string named)
    {
        var finding = Assert.Single(Look(type, options), f => f.Refuses);
        Assert.Contains(named, finding.Says, StringComparison.Ordinal);
        Assert.StartsWith("/srv/vm is mounted", finding.Says, StringComparison.Ordinal);
        Assert.Contains("mount it", finding.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nfs4", "rw,relatime,vers=4.2,hard,proto=tcp,timeo=600,local_lock=none,addr=10.0.0.1")]
    [InlineData("fuse.glusterfs", "rw,relatime,user_id=0,group_id=0,default_permissions,allow_other")]
    [InlineData("ceph", "rw,noatime,acl")]
    [InlineData("cifs", "rw,cache=strict")]
    [InlineData("9p", "rw,cache=none")]
    public void An_honest_mount_is_not_complained_of(string type, string options) => Assert.Empty(Look(type, options));

    [Fact]
    public void What_only_costs_a_pause_is_said_and_not_refused()
    {
        Assert.False(Assert.Single(Look("nfs4", "rw,soft,local_lock=none")).Refuses);
        Assert.False(Assert.Single(Look("ext4", "rw,relatime")).Refuses);
    }

    [Fact]
    public void A_store_of_one_host_may_keep_its_locks_to_itself() => Assert.Empty(MountLint.Look(new("/srv/vm", "nfs", "s:/vm", ["rw", "nolock"]), shared: false));

    private static IEnumerable<StoreFinding> Look(string type, string options) => MountLint.Look(new("/srv/vm", type, "server:/vm", [.. options.Split(',')]), shared: true);
}
