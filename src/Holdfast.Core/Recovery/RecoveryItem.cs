using System.Text.Json.Serialization;

namespace Holdfast.Core.Recovery;

/// <summary>What is to be done about one machine after a black-out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecoveryStep>))]
public enum RecoveryStep
{
    /// <summary>It runs, as far as the datastore can tell: nothing.</summary>
    Leave,

    /// <summary>It starts by itself when an agent is there.</summary>
    StartAgents,

    /// <summary>A person has to mend something first.</summary>
    Repair,

    /// <summary>It was stopped by a person, and stays so until one starts it.</summary>
    Stopped,
}

/// <param name="Evidence">What was seen.</param>
/// <param name="Next">What to do, as a sentence.</param>
public sealed record RecoveryItem(string Name, int Priority, RecoveryStep Step, string Evidence, string Next);
