namespace Holdfast.Core.Leases;

/// <summary>What every block of one lease area carries.</summary>
public sealed record AreaIdentity(AreaId Area, ClusterId Cluster);
