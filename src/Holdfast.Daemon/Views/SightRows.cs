using Holdfast.Api;
using Holdfast.Core.Topology;

namespace Holdfast.Daemon.Views;

/// <summary>What a host sees of its cables, as the API says it, and back.</summary>
internal static class SightRows
{
    public static SightReport Of(HostSight sight, string host) => new()
    {
        Host = host,
        Links = [.. sight.Links.Select(l => new SightLink(l.Network, l.Interface, l.Mode, l.SlowLacp, [.. l.Members.Select(Of)], [.. l.Subnets]))],
        Datastores = [.. sight.Datastores.Select(d => new SightDatastore(d.Name, d.Type, d.Source, d.Networks is { } networks ? [.. networks] : null, [.. d.Paths.Select(p => new SightPath(p.Device, p.Works, p.Card))]))],
        Needs = [.. sight.Needs.Select(n => new SightNeed(n.What, n.Address))],
        Unknown = [.. sight.Unknown],
    };

    public static HostSight Of(SightReport report) => new(
        [.. report.Links.Select(l => new SeenLink(l.Network, l.Interface, l.Mode, l.SlowLacp, [.. l.Members.Select(Of)], [.. l.Subnets]))],
        [.. report.Datastores.Select(d => new SeenDatastore(d.Name, d.Type, d.Source, d.Networks is { } networks ? [.. networks] : null, [.. d.Paths.Select(p => new SeenPath(p.Device, p.Works, p.Card))]))],
        [.. report.Unknown])
    {
        Needs = [.. report.Needs.Select(n => new SeenNeed(n.What, n.Address))],
    };

    private static SightMember Of(SeenMember member) => new(member.Nic, member.Carrier, member.Card, member.Port is { } port ? new(port.Switch, port.Chassis, port.Port, [.. port.Addresses]) : null);

    private static SeenMember Of(SightMember member) => new(member.Nic, member.Carrier, member.Card, member.Port is { } port ? new(port.Switch, port.Chassis, port.Port, [.. port.Addresses]) : null);
}
