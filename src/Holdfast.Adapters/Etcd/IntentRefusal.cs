namespace Holdfast.Adapters.Etcd;

/// <summary>Why intent could not be changed or read, in one sentence.</summary>
public sealed record IntentRefusal(IntentProblem Problem, string Text);

public enum IntentProblem
{
    /// <summary>No member with a quorum answered in time. The outcome of a change is unknown.</summary>
    NoQuorum,

    /// <summary>The name, the MAC address or the datastore is taken.</summary>
    Taken,

    NotFound,

    /// <summary>It was changed by somebody else at the same time, again and again.</summary>
    Contended,
}
