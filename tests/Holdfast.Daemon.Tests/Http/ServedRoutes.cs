using Holdfast.Adapters.Libvirt;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Holdfast.Daemon.Tests.Http;

/// <summary>Every route as an agent maps it. Behind none of them is anything: they are looked at, not called.</summary>
internal static class ServedRoutes
{
    public static async Task<IReadOnlyList<RouteEndpoint>> AllAsync()
    {
        await using var app = ApiServer.Build(Path.Combine(Path.GetTempPath(), $"holdfast-{Guid.NewGuid():N}.sock"), listen: null, tls: null);
        ApiServer.Map(app, new HostParts(new DaemonOptions { Host = "h1" }, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, default), new HostPaths());
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(s => s.Endpoints).Cast<RouteEndpoint>()];
    }

    public static string Name(this Endpoint route) => $"{string.Join(',', route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])} {((RouteEndpoint)route).RoutePattern.RawText}";
}
