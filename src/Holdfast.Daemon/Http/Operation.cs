using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;

namespace Holdfast.Daemon.Http;

/// <summary>What a route is, said beside it: who may, what it takes and what it answers. A route without one is not served.</summary>
internal sealed record Operation(Needs Needs, string Summary)
{
    /// <summary>What the answer is; null: no JSON, but <see cref="MediaType"/>.</summary>
    public JsonTypeInfo? Answer { get; init; }

    public string MediaType { get; init; } = "application/json";

    public int Status { get; init; } = StatusCodes.Status200OK;

    public JsonTypeInfo? Body { get; init; }

    public bool BodyIsOptional { get; init; }

    /// <summary>What may stand behind the question mark, besides <c>local</c>.</summary>
    public Parameter[] Query { get; init; } = [];

    /// <summary>It has an ETag, and If-None-Match counts.</summary>
    public bool Tagged { get; init; }

    /// <summary>In the published description of the API.</summary>
    public bool Published { get; init; } = true;

    public static Operation Reads<T>(string summary, JsonTypeInfo<T> answer, params Parameter[] query) => new(Needs.Viewer, summary) { Answer = answer, Query = query };

    /// <summary>Long work: answered at once with the task that does it.</summary>
    public static Operation Task(Needs needs, string summary, JsonTypeInfo? body = null, bool optional = false) =>
        new(needs, summary) { Answer = ApiJson.Default.TaskReport, Status = StatusCodes.Status202Accepted, Body = body, BodyIsOptional = optional };
}

/// <param name="Type">string or integer, as JSON Schema calls it.</param>
internal sealed record Parameter(string Name, string Meaning, string Type = "string");

/// <summary>Who may use a route. Admin may all; operator and auditor may what viewer may.</summary>
internal enum Needs
{
    /// <summary>Anybody, also without a token: what is the same for every cluster and tells nothing of this one.</summary>
    Anyone,
    Viewer,
    Operator,
    Auditor,
    Admin,

    /// <summary>Another host's agent.</summary>
    Agent,
}

internal static class Operations
{
    /// <summary>Says what the routes before it are.</summary>
    public static TBuilder Is<TBuilder>(this TBuilder route, Operation operation)
        where TBuilder : IEndpointConventionBuilder
    {
        route.Add(endpoint => endpoint.Metadata.Add(operation));
        return route;
    }
}
