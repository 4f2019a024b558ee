using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;
using Holdfast.Daemon.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Console.Tests;

/// <summary>An agent that serves the built console by the daemon's own code, and answers for a <see cref="FakeCluster"/>.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly FakeCluster cluster;
    private readonly string name;
    private readonly CancellationTokenSource end = new();

    private FakeAgent(FakeCluster cluster, string name, string folder, string address, string[] others)
    {
        (this.cluster, this.name, Address) = (cluster, name, address);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        app = builder.Build();
        new ConsoleFiles(folder, others).Map(app);
        app.Run(AnswerAsync);
    }

    /// <summary>"http://127.0.0.1:PORT".</summary>
    public string Address { get; }

    /// <summary>It takes connections and says nothing, like a host that hangs.</summary>
    public bool Hangs { get; set; }

    /// <summary>How often the networks were asked for.</summary>
    public int NetworkAnswers { get; private set; }

    /// <summary>Asked for with each request; null: none.</summary>
    public string? Token { get; set; }

    /// <summary>"POST /v1/vms/web/stop" and so on, in order.</summary>
    public List<string> Orders { get; } = [];

    /// <summary>Any free port, chosen beforehand: agents must know each other's.</summary>
    public static string FreeAddress()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        return $"http://{socket.LocalEndPoint}";
    }

    public static async Task<FakeAgent> StartAsync(FakeCluster cluster, string name = "h1", string? folder = null, string? address = null, params string[] others)
    {
        var agent = new FakeAgent(cluster, name, folder ?? Built.Console, address ?? FreeAddress(), others);
        await agent.app.StartAsync();
        return agent;
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            context.Abort();
            return;
        }

        if (Token is { } token && context.Request.Headers.Authorization != $"Bearer {token}")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await WriteAsync(context, Problem.Of(new ApiError("This request needs a token; make one with 'holdfast token create'.", ErrorCode.Usage)), ApiJson.Default.Problem);
            return;
        }

        var path = context.Request.Path.Value!;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            Orders.Add($"{context.Request.Method} {path}");
            await OrderAsync(context, path);
            return;
        }

        await (path switch
        {
            Routes.Status => WriteAsync(context, cluster.Status(name), ApiJson.Default.ClusterStatus),
            Routes.Networks => NetworksAsync(context),
            Routes.Topology => WriteAsync(context, FakeCluster.Topology(), ApiJson.Default.TopologyReport),
            Routes.Machines => WriteAsync(context, [.. cluster.Machines.Select(Summary)], ApiJson.Default.MachineSummaryArray),
            Routes.Datastores => WriteAsync(context, cluster.Datastores(), ApiJson.Default.DatastoreArray),
            Routes.Balance => WriteAsync(context, FakeCluster.Balance(), ApiJson.Default.BalanceReport),
            Routes.WhatIf => WriteAsync(context, cluster.WhatIf(context.Request.Query["down"].ToString()), ApiJson.Default.WhatIfReport),
            Routes.Events => context.Response.WriteAsync(string.Join('\n', FakeCluster.Events().Select(e => JsonSerializer.Serialize(e, ApiJson.Default.ClusterEvent)))),
            _ when path.StartsWith(Routes.Hosts, StringComparison.Ordinal) => WriteAsync(context, cluster.Detail(path.Split('/')[3]), ApiJson.Default.HostDetail),
            _ when path.EndsWith("/explain", StringComparison.Ordinal) => WriteAsync(context, new Explanation(path.Split('/')[3], $"{path.Split('/')[3]} is wanted running and is running.", ["2026-11-30 09:00:40.000  h2  machine.started: it runs"]), ApiJson.Default.Explanation),
            _ when path.StartsWith(Routes.Machines, StringComparison.Ordinal) => MachineAsync(context, path.Split('/')[3]),
            _ when path.StartsWith(Routes.Tasks, StringComparison.Ordinal) && cluster.Task is { } task => WriteAsync(context, task, ApiJson.Default.TaskReport),
            _ => RefuseAsync(context, ErrorCode.NotFound, $"This agent has no GET {path}."),
        });
    }

    private async Task OrderAsync(HttpContext context, string path)
    {
        var (machine, verb) = (path.Split('/')[3], path.Split('/')[4]);
        if (cluster.Task is null)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await WriteAsync(context, Problem.Of(new ApiError($"Your token is a viewer's: it cannot {verb} {machine}.", ErrorCode.Conflict)), ApiJson.Default.Problem);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await WriteAsync(context, cluster.Task, ApiJson.Default.TaskReport);
    }

    private Task NetworksAsync(HttpContext context)
    {
        NetworkAnswers++;
        return WriteAsync(context, cluster.Report(name), ApiJson.Default.NetworkReport);
    }

    private Task MachineAsync(HttpContext context, string machine) => cluster.Machines.FirstOrDefault(m => m.Name == machine) is { } found
        ? WriteAsync(context, found, ApiJson.Default.MachineDetail)
        : RefuseAsync(context, ErrorCode.NotFound, $"No machine is named '{machine}'; 'holdfast vm list' shows all.");

    private static Task RefuseAsync(HttpContext context, ErrorCode code, string sentence)
    {
        var error = new ApiError(sentence, code);
        context.Response.StatusCode = error.HttpStatus;
        return WriteAsync(context, Problem.Of(error), ApiJson.Default.Problem);
    }

    private static MachineSummary Summary(MachineDetail m) => new()
    {
        Name = m.Name, Id = m.Id, Desired = m.Desired, State = m.State, Host = m.Host, Epoch = m.Epoch, Reason = m.Reason, Priority = m.Priority, MemoryMiB = m.MemoryMiB, Cpus = m.Cpus, Datastore = m.Datastore,
    };

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) => context.Response.WriteAsJsonAsync(value, type);
}
