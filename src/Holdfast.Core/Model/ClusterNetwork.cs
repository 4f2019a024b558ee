namespace Holdfast.Core.Model;

/// <summary>What a network of the cluster is for. A network may have several roles, a role several networks.</summary>
[Flags]
public enum NetworkRoles
{
    None = 0,

    /// <summary>Coordination: etcd, the agents' API.</summary>
    Cluster = 1 << 0,
    Migration = 1 << 1,
    Storage = 1 << 2,

    /// <summary>The machines' own traffic.</summary>
    Guest = 1 << 3,
}

/// <summary>One network of the cluster. Every host gives it the same name.</summary>
public sealed record ClusterNetwork(string Name, NetworkRoles Roles)
{
    /// <summary>Longest name in bytes of UTF-8, so that a heartbeat with all names still fits one packet of any network.</summary>
    public const int MaxNameBytes = 32;

    /// <summary>Most networks of a cluster, for the same reason.</summary>
    public const int MaxCount = 16;

    public bool Has(NetworkRoles role) => (Roles & role) != 0;

    /// <summary>"cluster, storage"</summary>
    public string RoleWords => string.Join(", ", Enum.GetValues<NetworkRoles>().Where(r => r != NetworkRoles.None && Has(r)).Select(r => r.ToString().ToLowerInvariant()));
}
