using System.Collections.Frozen;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Api;
using Holdfast.Daemon.Options;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Daemon.Http;

/// <summary>
/// The web console: static files that a browser runs (docs/adr/0021). They are read once at the start and served from memory, some 3 MB, compressed as they were built: no request touches a disk, and a product that is
/// replaced under a running agent does not mix two versions. Without the folder there is no console, and the agent works as ever.
/// </summary>
internal sealed class ConsoleFiles
{
    /// <summary>Where the console is, with the slash that its relative addresses need.</summary>
    public const string Root = "/console/";

    private const string Page = "index.html";
    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8", [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".json"] = "application/json",
        [".svg"] = "image/svg+xml", [".wasm"] = "application/wasm", [".png"] = "image/png",
    }.ToFrozenDictionary();

    private readonly FrozenDictionary<string, ConsoleFile> files;
    private readonly string[] others;
    private readonly string policy;

    /// <param name="folder">Of the built console: each file compressed with gzip, named NAME.gz, or as it is.</param>
    /// <param name="others">The other agents' addresses, as "https://10.1.0.2:7441": the console asks them when this one does not answer.</param>
    public ConsoleFiles(string folder, string[] others)
    {
        files = !Directory.Exists(folder) ? FrozenDictionary<string, ConsoleFile>.Empty : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => ConsoleFile.Read(folder, path, Types)).OfType<ConsoleFile>().ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
        this.others = others;

        // Styles may stand in elements: MudBlazor's theme is one. Nothing comes from, or goes to, anywhere but the cluster's agents.
        policy = $"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src {string.Join(' ', ["'self'", .. others])}; "
            + "base-uri 'self'; form-action 'none'; frame-ancestors 'none'";
    }

    /// <summary>The console beside this program, for the hosts of these options.</summary>
    public static ConsoleFiles Beside(DaemonOptions options)
    {
        var port = options.Listen is { } listen ? IPEndPoint.Parse(listen).Port : Routes.DefaultPort;
        var cluster = options.Networks.Where(n => n.Has("cluster")).Select(n => n.Name).ToArray();
        return new(Path.Combine(AppContext.BaseDirectory, "console"),
            [.. options.Hosts.Where(h => h.Name != options.Host).Select(h => cluster.Select(n => h.Addresses.GetValueOrDefault(n)).FirstOrDefault(a => a is not null)).OfType<string>().Select(a => $"{(options.Tls ? "https" : "http")}://{a}:{port}")]);
    }

    /// <summary>The console's address of the host that listens there; null: it has none.</summary>
    public static string? Address(DaemonOptions options) => options.Api is { } api && Directory.Exists(Path.Combine(AppContext.BaseDirectory, "console")) ? new Uri(api, Root).ToString() : null;

    /// <summary>Answers what is the console's, and lets the consoles of the other hosts ask this one's API; all else goes on.</summary>
    public void Map(WebApplication app) => app.Use(async (context, next) =>
    {
        if (AllowsOthers(context))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else if (files.Count == 0 || !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) || !await AnswerAsync(context))
        {
            await next(context);
        }
    });

    /// <summary>True: it was the browser's question beforehand, and is answered.</summary>
    private bool AllowsOthers(HttpContext context)
    {
        if (context.Request.Headers.Origin is not [{ } origin] || !others.Contains(origin))
        {
            return false;
        }

        var answer = context.Response.Headers;
        (answer.AccessControlAllowOrigin, answer.Vary) = (origin, HeaderNames.Origin);
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey(HeaderNames.AccessControlRequestMethod))
        {
            return false;
        }

        (answer.AccessControlAllowMethods, answer.AccessControlAllowHeaders, answer.AccessControlMaxAge) = ("GET, POST, DELETE", "Authorization, Content-Type", "600");
        return true;
    }

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path is "/" or "/console")
        {
            context.Response.Redirect(Root);
            return true;
        }

        if (!path.StartsWith(Root, StringComparison.Ordinal))
        {
            return false;
        }

        var headers = context.Response.Headers;
        (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers["Referrer-Policy"]) = (policy, "nosniff", "no-referrer");
        var name = path[Root.Length..];
        if (name == "agents.json")
        {
            (context.Response.ContentType, headers.CacheControl) = ("application/json", "no-cache");
            await context.Response.Body.WriteAsync(Json(others), context.RequestAborted);
            return true;
        }

        // A page of the console's own has no dot in its last part or belongs to a name (a host may be called h1.example): the console finds it.
        var file = files.GetValueOrDefault(name) ?? (name.StartsWith('_') || Types.ContainsKey(Path.GetExtension(name)) ? null : files.GetValueOrDefault(Page));
        if (file is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return true;
        }

        await file.WriteAsync(context);
        return true;
    }

    private static byte[] Json(string[] addresses)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var address in addresses)
            {
                json.WriteStringValue(address);
            }

            json.WriteEndArray();
        }

        return bytes.ToArray();
    }

    /// <param name="Name">Relative to the console, without ".gz".</param>
    /// <param name="Compressed">With gzip.</param>
    private sealed record ConsoleFile(string Name, string Type, byte[] Bytes, bool Compressed, string Tag)
    {
        public static ConsoleFile? Read(string folder, string path, FrozenDictionary<string, string> types)
        {
            var compressed = path.EndsWith(".gz", StringComparison.Ordinal);
            var name = Path.GetRelativePath(folder, compressed ? path[..^3] : path).Replace('\\', '/');
            if (!types.TryGetValue(Path.GetExtension(name), out var type))
            {
                return null;
            }

            var bytes = File.ReadAllBytes(path);
            return new(name, type, bytes, compressed, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..20]}\"");
        }

        public async Task WriteAsync(HttpContext context)
        {
            // Asked for again each time and mostly not sent again: after an upgrade nobody sees an old part.
            var headers = context.Response.Headers;
            (headers.ETag, headers.CacheControl, headers.Vary) = (Tag, "no-cache", HeaderNames.AcceptEncoding);
            if (context.Request.Headers.IfNoneMatch.Contains(Tag))
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            context.Response.ContentType = Type;
            var plain = Compressed && !context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal);
            if (Compressed && !plain)
            {
                headers.ContentEncoding = "gzip";
            }

            if (HttpMethods.IsHead(context.Request.Method))
            {
                return;
            }

            if (plain)
            {
                await using var unpacked = new GZipStream(new MemoryStream(Bytes), CompressionMode.Decompress);
                await unpacked.CopyToAsync(context.Response.Body, context.RequestAborted);
                return;
            }

            context.Response.ContentLength = Bytes.Length;
            await context.Response.Body.WriteAsync(Bytes, context.RequestAborted);
        }
    }
}
