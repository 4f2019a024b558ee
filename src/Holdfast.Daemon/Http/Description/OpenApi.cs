using System.Text.Json.Nodes;
using Holdfast.Api;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Holdfast.Daemon.Http.Description;

/// <summary>The description of the API (OpenAPI 3.1), made of what stands beside each route.</summary>
internal static class OpenApi
{
    public static JsonObject Of(IEnumerable<Endpoint> endpoints, string version)
    {
        var schemas = new Schemas(ContractDocs.Load());
        JsonObject paths = [];
        foreach (var (route, method, operation) in Published(endpoints).OrderBy(e => e.Route.RoutePattern.RawText, StringComparer.Ordinal))
        {
            var path = route.RoutePattern.RawText!;
            paths[path] ??= new JsonObject();
            paths[path]![method.ToLowerInvariant()] = Described(path, method, route.RoutePattern.Parameters, operation, schemas);
        }

        return new()
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Holdfast",
                ["version"] = version,
                ["description"] = "Any host answers for the whole cluster, and a host without quorum with what it knows. A GET with local=1 is answered from that agent alone. What takes long is answered with 202 and a task.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "What 'holdfast token create' printed." } },
                ["responses"] = new JsonObject { ["Problem"] = Answer("Why it was not done.", Problem.MediaType, schemas.Of(ApiJson.Default.Problem)) },
                ["schemas"] = schemas.Components,
            },
        };
    }

    public static IEnumerable<(RouteEndpoint Route, string Method, Operation Operation)> Published(IEnumerable<Endpoint> endpoints) =>
        from route in endpoints.OfType<RouteEndpoint>()
        where route.Metadata.GetMetadata<Operation>() is { Published: true }
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        select (route, method, route.Metadata.GetMetadata<Operation>()!);

    private static JsonObject Described(string path, string method, IReadOnlyList<RoutePatternParameterPart> named, Operation operation, Schemas schemas)
    {
        JsonArray parameters = [.. named.Select(p => Parameter(new(p.Name, "Its name."), "path")), .. operation.Query.Select(p => Parameter(p, "query"))];
        if (method == HttpMethods.Get && path.StartsWith("/v1/", StringComparison.Ordinal))
        {
            parameters.Add(Parameter(new("local", "1: what this agent knows by itself."), "query"));
        }

        var described = new JsonObject
        {
            ["operationId"] = Id(path, method),
            ["summary"] = operation.Summary,
            ["tags"] = new JsonArray(Tag(path)),
            ["parameters"] = parameters,
            ["responses"] = Responses(operation, schemas),
            ["security"] = new JsonArray(operation.Needs == Needs.Anyone ? [] : [new JsonObject { ["token"] = new JsonArray() }]),
            ["x-needs"] = operation.Needs.ToString().ToLowerInvariant(),
        };
        if (operation.Body is { } body)
        {
            described["requestBody"] = new JsonObject { ["required"] = !operation.BodyIsOptional, ["content"] = Content("application/json", schemas.Of(body)) };
        }

        return described;
    }

    private static JsonObject Responses(Operation operation, Schemas schemas)
    {
        var schema = operation.Answer is { } answer ? schemas.Of(answer) : new JsonObject { ["type"] = "string" };
        var good = Answer(operation.Status == StatusCodes.Status202Accepted ? "The task that does it." : "As asked for.", operation.MediaType, schema);
        JsonObject responses = new() { [$"{operation.Status}"] = good, ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" } };
        if (operation.Tagged)
        {
            responses[$"{StatusCodes.Status304NotModified}"] = new JsonObject { ["description"] = "It is what If-None-Match names; the ETag is in every answer." };
        }

        return responses;
    }

    private static JsonObject Answer(string description, string mediaType, JsonNode schema) => new() { ["description"] = description, ["content"] = Content(mediaType, schema) };

    private static JsonObject Content(string mediaType, JsonNode schema) => new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Parameter(Parameter p, string place) => new()
    {
        ["name"] = p.Name,
        ["in"] = place,
        ["required"] = place == "path",
        ["description"] = p.Meaning,
        ["schema"] = new JsonObject { ["type"] = p.Type },
    };

    private static string Tag(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["v1", var thing, ..] ? thing : "about";

    /// <summary>getVmsNameConsole: unique, as path and method are.</summary>
    private static string Id(string path, string method) =>
        method.ToLowerInvariant() + string.Concat(path.Split('/', '-', '{', '}', '.').Where(w => w is not ("" or "v1")).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
}
