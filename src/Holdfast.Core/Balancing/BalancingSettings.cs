namespace Holdfast.Core.Balancing;

/// <summary>What a host does when it is short of processors.</summary>
public enum BalanceMode
{
    /// <summary>Nothing; what it would do can be asked for.</summary>
    Off,

    /// <summary>It tells what it would do.</summary>
    Recommend,

    /// <summary>It does it.</summary>
    Automatic,
}

/// <summary>The same on every host of a cluster.</summary>
public sealed record BalancingSettings(BalanceMode Mode, BalancerSettings Limits)
{
    public static BalancingSettings Default { get; } = new(BalanceMode.Off, BalancerSettings.Default);

    /// <summary>A host looks at itself this often.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(10);
}
