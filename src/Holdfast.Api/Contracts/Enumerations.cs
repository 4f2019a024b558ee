using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Api;

/// <summary>Enumerations travel as camelCase strings ("noRoom"), so that a reader needs no table of numbers.</summary>
public sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>What the administrator wants of a machine.</summary>
[JsonConverter(typeof(CamelCaseEnum<DesiredState>))]
public enum DesiredState
{
    Stop,
    Run,
}

/// <summary>What a machine is now, as far as the answering host knows.</summary>
[JsonConverter(typeof(CamelCaseEnum<MachineState>))]
public enum MachineState
{
    Running,
    Paused,
    Stopped,
    Migrating,
    Starting,

    /// <summary>Wanted running, and waiting for something that <c>reason</c> names (a proof of death, room, a lock).</summary>
    Pending,
    Error,
}

/// <summary>What an isolated host without guest network does with a machine.</summary>
[JsonConverter(typeof(CamelCaseEnum<IsolationResponse>))]
public enum IsolationResponse
{
    /// <summary>Shuts it down and frees it, so that a host where it is reached runs it.</summary>
    Release,

    /// <summary>Lets it run on where nobody reaches it.</summary>
    Keep,
}

/// <summary>What a host does with a machine whose guest shows no sign of life.</summary>
[JsonConverter(typeof(CamelCaseEnum<HungResponse>))]
public enum HungResponse
{
    /// <summary>Tells it and leaves it alone.</summary>
    Ignore,

    /// <summary>Starts it anew on the same host.</summary>
    Restart,
}

/// <summary>Whether a host is part of the cluster now, seen by the answering host.</summary>
[JsonConverter(typeof(CamelCaseEnum<HostState>))]
public enum HostState
{
    Up,
    Joining,

    /// <summary>Some of its channels are silent, not all.</summary>
    Suspect,
    Silent,

    /// <summary>Proven dead (DESIGN §4); its machines may be taken.</summary>
    Dead,
    Leaving,
    Unknown,
}

/// <summary>How far a host's drain has come.</summary>
[JsonConverter(typeof(CamelCaseEnum<DrainState>))]
public enum DrainState
{
    /// <summary>The lease table still gives machines to it.</summary>
    Draining,

    /// <summary>None is left: it can be switched off.</summary>
    Drained,
}

/// <summary>How a network or a datastore looks from one host.</summary>
[JsonConverter(typeof(CamelCaseEnum<Health>))]
public enum Health
{
    Ok,
    Degraded,
    Lost,
    Unknown,
}

/// <summary>Whether a fence device can be relied on, as far as one agent's own tests show.</summary>
[JsonConverter(typeof(CamelCaseEnum<DeviceState>))]
public enum DeviceState
{
    /// <summary>Not asked yet since the agent's start.</summary>
    Unproven,
    Proven,
    Failed,
}

/// <summary>What one question before a migration comes to.</summary>
[JsonConverter(typeof(CamelCaseEnum<CheckState>))]
public enum CheckState
{
    Passes,

    /// <summary>The migration would be refused for it.</summary>
    Refuses,

    /// <summary>It is not known, and nothing is refused for it.</summary>
    Unknown,
}

[JsonConverter(typeof(CamelCaseEnum<TaskState>))]
public enum TaskState
{
    Running,
    Done,
    Failed,
}

/// <summary>Why a request was not done. Everything but <see cref="Usage"/> is exit code 1 of the command line.</summary>
[JsonConverter(typeof(CamelCaseEnum<ErrorCode>))]
public enum ErrorCode
{
    /// <summary>The request is wrong in itself (bad name, bad size); HTTP 400, exit code 2.</summary>
    Usage,

    /// <summary>It was tried and failed; HTTP 500.</summary>
    Failed,

    /// <summary>HTTP 404.</summary>
    NotFound,

    /// <summary>It exists already, or is in a state that does not allow it; HTTP 409.</summary>
    Conflict,

    /// <summary>Intent cannot be changed without etcd's quorum; HTTP 503.</summary>
    NoQuorum,

    /// <summary>No host has room, or the named one has not; HTTP 409.</summary>
    NoRoom,

    /// <summary>The agent (or a part it needs) does not answer; HTTP 503.</summary>
    Unavailable,

    /// <summary>No token, or one that is wrong, expired or revoked; HTTP 401.</summary>
    Unauthorized,

    /// <summary>Who asks is known, and has no role that allows it; HTTP 403.</summary>
    Forbidden,

    /// <summary>The body or the headers are longer than the agent takes; HTTP 413.</summary>
    TooLarge,

    /// <summary>This client asks too often; HTTP 429 with <c>Retry-After</c>.</summary>
    TooMany,
}
