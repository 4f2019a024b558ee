namespace Holdfast.Core.Evidence;

/// <summary>One link between this host and a peer over one network.</summary>
public enum LinkState
{
    /// <summary>Never heard.</summary>
    Unknown,
    Ok,

    /// <summary>I hear it, it does not hear me.</summary>
    OneWay,
    Lost,
}
