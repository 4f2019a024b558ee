using System.Text.Json.Nodes;
using Holdfast.Api;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Http.Description;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Holdfast.Daemon.Tests.Http.Description;

public sealed class OpenApiTests
{
    /// <summary>Not for the public: between agents, or a part of a page.</summary>
    private static readonly string[] Unpublished = ["GET /v1/internal/probe", "GET /docs/docs.js"];

    [Fact]
    public async Task Every_route_that_is_served_is_described()
    {
        var routes = await ServedRoutes.AllAsync();
        var described = Paths(OpenApi.Of(routes, "1")).ToHashSet(StringComparer.Ordinal);
        Assert.True(routes.Count > 30);
        Assert.Equal([], routes.Select(ServedRoutes.Name).Except(described).Except(Unpublished));
    }

    [Fact]
    public async Task Every_route_says_what_it_is_and_what_it_answers()
    {
        foreach (var route in await ServedRoutes.AllAsync())
        {
            var operation = route.Metadata.GetMetadata<Operation>();
            Assert.True(operation is { Summary.Length: > 5 }, route.Name());
            Assert.True(operation.Answer is not null || operation.MediaType != "application/json" || route.RoutePattern.RawText == Routes.OpenApi, route.Name());
        }
    }

    [Fact]
    public async Task Every_reference_leads_to_a_schema_and_no_schema_is_empty()
    {
        var api = OpenApi.Of(await ServedRoutes.AllAsync(), "1");
        var references = References(api).ToList();
        Assert.Contains("#/components/schemas/MachineDetail", references);
        Assert.All(references.Distinct(), reference =>
            Assert.True(reference.TrimStart('#', '/').Split('/').Aggregate((JsonNode?)api, (at, name) => at?[name]) is JsonObject { Count: > 0 }, reference));
        Assert.Equal(api["components"]!["schemas"]!.AsObject().Count, references.Distinct().Count(r => r.StartsWith("#/components/schemas/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_reader_of_OpenApi_has_no_complaint()
    {
        var read = OpenApiDocument.Parse(OpenApi.Of(await ServedRoutes.AllAsync(), "1").ToJsonString(), "json");
        Assert.Equal([], read.Diagnostic!.Errors.Concat(read.Diagnostic.Warnings).Select(e => e.ToString()));
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal("postVmsNameStop", read.Document!.Paths["/v1/vms/{name}/stop"].Operations![HttpMethod.Post].OperationId);
    }

    [Fact]
    public async Task What_the_contracts_comments_say_is_in_it()
    {
        var schemas = OpenApi.Of(await ServedRoutes.AllAsync(), "1")["components"]!["schemas"]!;
        Assert.Equal("The host that owns its lease; null when nobody does.", (string?)schemas["MachineSummary"]!["properties"]!["host"]!["description"]);
        Assert.StartsWith("A guest that has not shut down", (string?)schemas["StopMachine"]!["properties"]!["timeoutSeconds"]!["description"]);
        Assert.Equal(["stop", "run"], schemas["DesiredState"]!["enum"]!.AsArray().Select(v => (string?)v));
        Assert.Contains("name", schemas["CreateMachine"]!["required"]!.AsArray().Select(v => (string?)v));
        Assert.DoesNotContain("image", schemas["CreateMachine"]!["required"]!.AsArray().Select(v => (string?)v));
    }

    private static IEnumerable<string> Paths(JsonObject api) => api["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(m => $"{m.Key.ToUpperInvariant()} {p.Key}"));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p is { Key: "$ref", Value: JsonValue v } ? [(string)v!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
