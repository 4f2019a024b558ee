using System.Reflection;
using Holdfast.Api;

namespace Holdfast.Daemon.Http.Description;

/// <summary><c>/openapi.json</c>, and a page that shows it to a person; nothing in it comes from another host.</summary>
internal sealed class DescriptionRoutes
{
    private const string Script = Routes.Docs + "/docs.js";
    private byte[]? described;

    public static string Version => Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.OpenApi, c => AnswerAsync(c, "application/json", described ??= Describe(app))).Is(new(Needs.Anyone, "This description."));
        app.MapGet(Routes.Docs, c => AnswerAsync(c, "text/html; charset=utf-8", Resource("docs.html"))).Is(new(Needs.Anyone, "A page to read this description.") { MediaType = "text/html" });
        app.MapGet(Script, c => AnswerAsync(c, "text/javascript; charset=utf-8", Resource("docs.js"))).Is(new(Needs.Anyone, "That page's script.") { MediaType = "text/javascript", Published = false });
    }

    private static byte[] Describe(IEndpointRouteBuilder app) => System.Text.Encoding.UTF8.GetBytes(OpenApi.Of(app.DataSources.SelectMany(s => s.Endpoints), Version).ToJsonString());

    private static byte[] Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static async Task AnswerAsync(HttpContext context, string type, byte[] content)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
