namespace Holdfast.Adapters.Etcd;

/// <summary>Why intent could not be changed or read, in one sentence.</summary>
public sealed record IntentRefusal(IntentProblem Problem, string Text);

public enum IntentProblem
{
    /// <summary>No member with a quorum answered in time. The outcome of a change is unknown.</summary>
    NoQuorum,

    /// <summary>The name, an IP address or the datastore is taken.</summary>
    Taken,

    /// <summary>The MAC address is taken.</summary>
    MacTaken,

    NotFound,

    /// <summary>It was changed by somebody else at the same time, again and again.</summary>
    Contended,
}
