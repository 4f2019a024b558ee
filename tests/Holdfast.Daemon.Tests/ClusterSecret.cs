using Holdfast.Adapters.Network;
using Holdfast.Daemon.Access;

namespace Holdfast.Daemon.Tests;

internal static class ClusterSecret
{
    public static readonly ClusterKey Key = Of(1);

    public static ClusterKey Of(byte n) => new(Snapshots.Area, [.. Enumerable.Repeat(n, 16)]);

    public static Sealing Sealing(string host) => new(Key, host);
}
