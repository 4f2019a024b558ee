using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Network;
using Holdfast.Api;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Daemon.Tests.Access;

/// <summary>An agent's server with all that stands before its routes, and a few routes behind it, on TCP and on a unix socket.</summary>
internal sealed class GuardedServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private GuardedServer(string folder, ClusterKey key, string? anonymous, HostTls? tls, TimeSpan task)
    {
        Socket = Path.Combine(folder, $"{Guid.NewGuid():N}.sock");
        Audit = new AuditLog("h1", Path.Combine(folder, "audit"), AuditLog.FileMiB << 20, 4);
        Book = new TokenBook(Path.Combine(folder, "tokens.json"));
        var tasks = new TaskBoard("h1");
        app = ApiServer.Build(Socket, "127.0.0.1:0", tls);
        ApiServer.Protect(app, new AccessControl(new DaemonOptions { Anonymous = anonymous }, Book, tls is null ? new Seals(key, ["h1", "h2"]) : null), new Auditing("h1", Audit, tasks));
        app.MapGet("/v1/vms", c => c.AnswerAsync(c.Caller()!, ApiJson.Default.Caller)).Is(Operation.Reads("All.", ApiJson.Default.Caller));
        app.MapGet("/v1/audit/log", c => c.AnswerAsync(c.Caller()!, ApiJson.Default.Caller)).Is(new(Needs.Auditor, "Log."));
        app.MapPost("/v1/vms/{name}/stop", async c =>
        {
            await c.BodyAsync(ApiJson.Default.StopMachine, new StopMachine());
            await c.AcceptedAsync(tasks.Begin("stop", c.Name(), async _ =>
            {
                await Task.Delay(task);
                throw new ApiException(ErrorCode.Failed, "The guest did not shut down.");
            }));
        }).Is(Operation.Task(Needs.Operator, "Stop.", ApiJson.Default.StopMachine, optional: true));
        app.MapPost("/v1/tokens", c => c.AnswerAsync(c.Caller()!, ApiJson.Default.Caller)).Is(new(Needs.Admin, "Token."));
        app.MapGet("/docs", c => c.AnswerAsync([], ApiJson.Default.DatastoreArray)).Is(new(Needs.Anyone, "Page."));
        app.MapGet("/forgotten", c => c.AnswerAsync(c.Caller()!, ApiJson.Default.Caller));
    }

    public string Socket { get; }

    public TokenBook Book { get; }

    public AuditLog Audit { get; }

    public Uri Address { get; private set; } = null!;

    public static async Task<GuardedServer> StartAsync(string folder, string? anonymous = null, ClusterKey? key = null, HostTls? tls = null)
    {
        var server = new GuardedServer(folder, key ?? ClusterSecret.Key, anonymous, tls, TimeSpan.FromMilliseconds(20));
        await server.app.StartAsync();
        server.Address = new(server.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.Contains("://127", StringComparison.Ordinal)));
        return server;
    }

    /// <summary>The cluster has these tokens from now on; the secrets are their names.</summary>
    public void Has(params (string Secret, string Role, DateTimeOffset? Expires)[] tokens) => Book.Tell(IntentView.Empty with
    {
        Revision = 1,
        Tokens = tokens.ToImmutableSortedDictionary(t => t.Secret, t => new IntentToken(t.Secret, t.Role, Convert.ToBase64String(Secrets.Hash(t.Secret)), "root", DateTimeOffset.UtcNow, t.Expires), StringComparer.Ordinal),
    });

    public HttpClient Client(string? token = null)
    {
        var http = new HttpClient { BaseAddress = Address };
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public HttpClient OnSocket() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancel);
            return new NetworkStream(connection, ownsSocket: true);
        },
    }) { BaseAddress = new("http://h1") };

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await Audit.DisposeAsync();
    }
}
