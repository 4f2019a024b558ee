using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Api;

/// <summary>
/// The typed client of version 1. Every method throws <see cref="ApiException"/> with the server's sentence when the answer is not a
/// success, and with <see cref="ErrorCode.Unavailable"/> when there is no answer within <see cref="Patience"/>.
/// </summary>
public sealed class HoldfastClient : IDisposable
{
    private readonly HttpClient http;
    private readonly string place;
    private Func<string?>? distrust;

    private HoldfastClient(HttpMessageHandler handler, Uri address, string place, string? token)
    {
        http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        this.place = place;
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Checked(token));
        }
    }

    /// <summary>How long one answer may take (a task's own time is not part of it: tasks are polled).</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Ask this agent for what it knows by itself (<c>?local=1</c>), not for the cluster's answer.</summary>
    public bool Local { get; init; }

    /// <summary>A client of the agent behind a unix socket.</summary>
    /// <param name="token">Who asks; null: the user of this process.</param>
    public static HoldfastClient Unix(string socket, bool local = false, string? token = null) => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancel) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        },
        new Uri("http://holdfastd"),
        socket, token) { Local = local };

    /// <summary>A client of an agent on the network: <c>name</c>, <c>name:port</c> or <c>https://…</c>; <c>http://…</c> where the cluster does without TLS.</summary>
    /// <param name="token">Who asks; null: nobody known.</param>
    /// <param name="over">What requests go through, given what carries them: how both sides make themselves known.</param>
    /// <param name="distrust">Why the server was not trusted, when it was not, as the end of a sentence about it.</param>
    public static HoldfastClient Tcp(
        string address, bool local = false, TimeSpan? connect = null, string? token = null, Func<SocketsHttpHandler, HttpMessageHandler>? over = null, Func<string?>? distrust = null)
    {
        var text = address.Contains("://", StringComparison.Ordinal) ? address : "https://" + address;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            throw new ApiException(ErrorCode.Usage, $"'{address}' is not the address of a host; give it as NAME, ADDRESS or ADDRESS:PORT.");
        }

        // A port is always named by us: without one the agents' own is meant, not 443.
        var named = text[(uri.Scheme.Length + 3)..].TrimEnd('/').Split(']')[^1].Contains(':', StringComparison.Ordinal);
        var full = named ? uri : new UriBuilder(uri) { Port = Routes.DefaultPort }.Uri;
        var network = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = connect ?? TimeSpan.FromSeconds(5) };
        return new(over?.Invoke(network) ?? network, full, full.Authority, token) { Local = local, distrust = distrust };
    }

    /// <summary>A client over what carries requests elsewhere than in an operating system's own process: a browser has no sockets.</summary>
    public static HoldfastClient Over(HttpMessageHandler handler, Uri address, TimeSpan patience) => new(handler, address, address.Authority, token: null) { Patience = patience };

    public Task<ClusterStatus> StatusAsync(CancellationToken cancel = default) => GetAsync(Routes.Status, ApiJson.Default.ClusterStatus, cancel);

    public Task<HostSummary[]> HostsAsync(CancellationToken cancel = default) => GetAsync(Routes.Hosts, ApiJson.Default.HostSummaryArray, cancel);

    public Task<HostDetail> HostAsync(string name, CancellationToken cancel = default) => GetAsync(Routes.Host(name), ApiJson.Default.HostDetail, cancel);

    public Task<HostExplanation> ExplainHostAsync(string name, CancellationToken cancel = default) =>
        GetAsync(Routes.Host(name, "explain"), ApiJson.Default.HostExplanation, cancel);

    public Task<TaskReport> FenceAsync(string name, HostOrderRequest request, CancellationToken cancel = default) =>
        PostAsync(Routes.Host(name, "fence"), request, ApiJson.Default.HostOrderRequest, cancel);

    public Task<HostExplanation> ConfirmDeadAsync(string name, HostOrderRequest request, CancellationToken cancel = default) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Host(name, "confirm-dead"))) { Content = JsonContent.Create(request, ApiJson.Default.HostOrderRequest) },
        ApiJson.Default.HostExplanation, cancel);

    public Task<TaskReport> DrainAsync(string name, HostOrderRequest request, CancellationToken cancel = default) =>
        PostAsync(Routes.Host(name, "drain"), request, ApiJson.Default.HostOrderRequest, cancel);

    public Task<HostDetail> ResumeAsync(string name, HostOrderRequest request, CancellationToken cancel = default) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Host(name, "resume"))) { Content = JsonContent.Create(request, ApiJson.Default.HostOrderRequest) },
        ApiJson.Default.HostDetail, cancel);

    public Task<NetworkReport> NetworksAsync(CancellationToken cancel = default) => GetAsync(Routes.Networks, ApiJson.Default.NetworkReport, cancel);

    public Task<TopologyReport> TopologyAsync(CancellationToken cancel = default) => GetAsync(Routes.Topology, ApiJson.Default.TopologyReport, cancel);

    public Task<SightReport> SightAsync(CancellationToken cancel = default) => GetAsync(Routes.Sight, ApiJson.Default.SightReport, cancel);

    public Task<BalanceReport> BalanceAsync(CancellationToken cancel = default) => GetAsync(Routes.Balance, ApiJson.Default.BalanceReport, cancel);

    /// <param name="down">Components, like "switch:sw1".</param>
    public Task<WhatIfReport> WhatIfAsync(IEnumerable<string> down, CancellationToken cancel = default) =>
        GetAsync($"{Routes.WhatIf}?down={Uri.EscapeDataString(string.Join(',', down))}", ApiJson.Default.WhatIfReport, cancel);

    /// <param name="kinds">Only components of these kinds; empty: all.</param>
    public Task<SinglePointReport> SinglePointsAsync(bool pairs, IEnumerable<string> kinds, CancellationToken cancel = default) =>
        GetAsync($"{Routes.SinglePoints}?kinds={Uri.EscapeDataString(string.Join(',', kinds))}{(pairs ? "&pairs=1" : "")}", ApiJson.Default.SinglePointReport, cancel);

    public Task<BsiReport> BsiAuditAsync(CancellationToken cancel = default) => GetAsync(Routes.BsiAudit, ApiJson.Default.BsiReport, cancel);

    /// <summary>A drill is over; answers with the event that tells of it.</summary>
    public Task<ClusterEvent> DrillDoneAsync(DrillDone done, CancellationToken cancel = default) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Drills)) { Content = JsonContent.Create(done, ApiJson.Default.DrillDone) }, ApiJson.Default.ClusterEvent, cancel);

    /// <summary>Who the agent takes this client for.</summary>
    public Task<Caller> WhoAmIAsync(CancellationToken cancel = default) => GetAsync(Routes.WhoAmI, ApiJson.Default.Caller, cancel);

    public Task<NewToken> CreateTokenAsync(CreateToken request, CancellationToken cancel = default) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Tokens)) { Content = JsonContent.Create(request, ApiJson.Default.CreateToken) }, ApiJson.Default.NewToken, cancel);

    public Task<AccessToken[]> TokensAsync(CancellationToken cancel = default) => GetAsync(Routes.Tokens, ApiJson.Default.AccessTokenArray, cancel);

    public Task<AccessToken> RevokeTokenAsync(string name, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, Address(Routes.Token(name))), ApiJson.Default.AccessToken, cancel);

    /// <param name="limit">So many of the newest.</param>
    /// <param name="since">Not older than this; null: as old as there are.</param>
    public Task<AuditReport> AuditLogAsync(int limit, DateTimeOffset? since, CancellationToken cancel = default) => GetAsync(
        FormattableString.Invariant($"{Routes.AuditLog}?limit={limit}") + (since is { } s ? $"&since={Uri.EscapeDataString(s.ToString("O", System.Globalization.CultureInfo.InvariantCulture))}" : ""),
        ApiJson.Default.AuditReport, cancel);

    /// <summary>The last event of each kind that the hosts know of.</summary>
    public Task<ClusterEvent[]> LatestEventsAsync(CancellationToken cancel = default) => GetAsync(Routes.LatestEvents, ApiJson.Default.ClusterEventArray, cancel);

    public Task<HighAvailabilityReport> HighAvailabilityAsync(HighAvailabilityRequest request, CancellationToken cancel = default) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, Address(Routes.HighAvailability)) { Content = JsonContent.Create(request, ApiJson.Default.HighAvailabilityRequest) },
        ApiJson.Default.HighAvailabilityReport, cancel);

    public Task<MachineSummary[]> MachinesAsync(CancellationToken cancel = default) => GetAsync(Routes.Machines, ApiJson.Default.MachineSummaryArray, cancel);

    public Task<MachineDetail> MachineAsync(string name, CancellationToken cancel = default) =>
        GetAsync(Routes.Machine(name), ApiJson.Default.MachineDetail, cancel);

    public Task<Explanation> ExplainAsync(string name, CancellationToken cancel = default) =>
        GetAsync(Routes.Machine(name, "explain"), ApiJson.Default.Explanation, cancel);

    public Task<ConsolePlace> ConsoleAsync(string name, CancellationToken cancel = default) =>
        GetAsync(Routes.Machine(name, "console"), ApiJson.Default.ConsolePlace, cancel);

    public Task<Datastore[]> DatastoresAsync(CancellationToken cancel = default) => GetAsync(Routes.Datastores, ApiJson.Default.DatastoreArray, cancel);

    public Task<Datastore> DatastoreAsync(string name, CancellationToken cancel = default) => GetAsync(Routes.Datastore(name), ApiJson.Default.Datastore, cancel);

    public Task<TimerReport> TimersAsync(CancellationToken cancel = default) => GetAsync(Routes.Timers, ApiJson.Default.TimerReport, cancel);

    public Task<TaskReport> CreateAsync(CreateMachine request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machines, request, ApiJson.Default.CreateMachine, cancel);

    public Task<TaskReport> SetAsync(string name, SetMachine request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machine(name, "set"), request, ApiJson.Default.SetMachine, cancel);

    public Task<TaskReport> StartAsync(string name, StartMachine request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machine(name, "start"), request, ApiJson.Default.StartMachine, cancel);

    public Task<TaskReport> StopAsync(string name, StopMachine request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machine(name, "stop"), request, ApiJson.Default.StopMachine, cancel);

    public Task<TaskReport> KillAsync(string name, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Machine(name, "kill"))), ApiJson.Default.TaskReport, cancel);

    public Task<TaskReport> DeleteAsync(string name, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, Address(Routes.Machine(name))), ApiJson.Default.TaskReport, cancel);

    public Task<TaskReport> MigrateAsync(string name, MigrateMachine request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machine(name, "migrate"), request, ApiJson.Default.MigrateMachine, cancel);

    /// <summary>What the request would come to as <see cref="MigrateAsync"/>.</summary>
    public Task<MigrationPreflight> PreflightAsync(string name, MigrateMachine request, CancellationToken cancel = default)
    {
        string?[] asked = [request.Host is { } host ? $"host={Uri.EscapeDataString(host)}" : null, request.MaxDowntimeMs is { } ms ? FormattableString.Invariant($"maxDowntimeMs={ms}") : null];
        return GetAsync(Routes.Machine(name, "preflight") + (asked.OfType<string>().Any() ? $"?{string.Join('&', asked.OfType<string>())}" : ""), ApiJson.Default.MigrationPreflight, cancel);
    }

    public Task<TaskReport> CancelMigrationAsync(string name, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Machine(name, "cancel-migration"))), ApiJson.Default.TaskReport, cancel);

    public Task<TaskReport> RelocateAsync(string name, RelocateMachine request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machine(name, "relocate"), request, ApiJson.Default.RelocateMachine, cancel);

    public Task<SnapshotReport> SnapshotsAsync(string name, CancellationToken cancel = default) => GetAsync(Routes.Machine(name, "snapshots"), ApiJson.Default.SnapshotReport, cancel);

    public Task<TaskReport> CreateSnapshotAsync(string name, CreateSnapshot request, CancellationToken cancel = default) =>
        PostAsync(Routes.Machine(name, "snapshots"), request, ApiJson.Default.CreateSnapshot, cancel);

    public Task<TaskReport> RevertAsync(string name, string snapshot, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Snapshot(name, snapshot) + "/revert")), ApiJson.Default.TaskReport, cancel);

    public Task<TaskReport> DeleteSnapshotAsync(string name, string snapshot, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, Address(Routes.Snapshot(name, snapshot))), ApiJson.Default.TaskReport, cancel);

    public Task<TaskReport> CompactAsync(string name, CancellationToken cancel = default) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Post, Address(Routes.Machine(name, "compact"))), ApiJson.Default.TaskReport, cancel);

    public Task<TaskReport> AddDatastoreAsync(AddDatastore request, CancellationToken cancel = default) =>
        PostAsync(Routes.Datastores, request, ApiJson.Default.AddDatastore, cancel);

    /// <summary>The task as it is; with <paramref name="wait"/> the server answers when it has ended or that time has passed.</summary>
    public Task<TaskReport> TaskAsync(string id, TimeSpan wait = default, CancellationToken cancel = default) =>
        GetAsync(wait > TimeSpan.Zero ? $"{Routes.Task(id)}?waitMs={(int)wait.TotalMilliseconds}" : Routes.Task(id), ApiJson.Default.TaskReport, cancel);

    /// <summary>Follows a task to its end. A failed one throws with its sentence; so does one that is still running after <paramref name="limit"/>.</summary>
    public async Task<TaskReport> WaitAsync(TaskReport task, TimeSpan limit, Action<TaskReport>? progress = null, CancellationToken cancel = default)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (task.State == TaskState.Running)
        {
            if (since.Elapsed > limit)
            {
                throw new ApiException(ErrorCode.Failed, $"The task {task.Id} ({task.Kind} {task.Machine}) still runs after {limit.TotalSeconds:0} s; follow it with 'holdfast explain {task.Machine}'.");
            }

            // Short waits keep the progress line moving; a server without long-poll answers at once, so a pause bounds the rate.
            var asked = since.Elapsed;
            task = await TaskAsync(task.Id, TimeSpan.FromMilliseconds(200), cancel);
            progress?.Invoke(task);
            if (task.State == TaskState.Running && since.Elapsed - asked < TimeSpan.FromMilliseconds(50))
            {
                await Task.Delay(50, cancel);
            }
        }

        return task.State == TaskState.Failed
            ? throw new ApiException(task.Error?.Code ?? ErrorCode.Failed, task.Error?.Error ?? $"The task {task.Id} ({task.Kind} {task.Machine}) failed without a reason.")
            : task;
    }

    /// <summary>Events after a number; with <paramref name="follow"/> it goes on until cancelled or the agent ends.</summary>
    public async IAsyncEnumerable<ClusterEvent> EventsAsync(long after, bool follow, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var address = $"{Routes.Events}?after={after}{(follow ? "&follow=1" : "")}";
        using var answer = await AnswerAsync(() => new HttpRequestMessage(HttpMethod.Get, Address(address)), HttpCompletionOption.ResponseHeadersRead, cancel);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel), Encoding.UTF8);
        while (await ReadLineAsync(lines, cancel) is { } line)
        {
            if (line.Length > 0)
            {
                yield return Parsed(line, ApiJson.Default.ClusterEvent);
            }
        }
    }

    /// <summary>The bytes that the machine has written to its serial console; with <paramref name="follow"/> also those to come.</summary>
    public async Task CopyConsoleAsync(string name, bool follow, Stream to, CancellationToken cancel = default)
    {
        var address = Routes.Machine(name, "console/log") + (follow ? "?follow=1" : "");
        using var answer = await AnswerAsync(() => new HttpRequestMessage(HttpMethod.Get, Address(address)), HttpCompletionOption.ResponseHeadersRead, cancel);
        await using var bytes = await answer.Content.ReadAsStreamAsync(cancel);
        try
        {
            var buffer = new byte[4096];
            for (int n; (n = await bytes.ReadAsync(buffer, cancel)) > 0;)
            {
                await to.WriteAsync(buffer.AsMemory(0, n), cancel);
                await to.FlushAsync(cancel);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Broken(e);
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>A token that was pasted with a line break must not become a header of its own.</summary>
    private static string Checked(string token) => token.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        ? token
        : throw new ApiException(ErrorCode.Usage, "The token has characters that no token has; give what 'holdfast token create' printed, and nothing else.");

    private string Address(string path) => !Local ? path : path + (path.Contains('?', StringComparison.Ordinal) ? "&local=1" : "?local=1");

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Address(path)), type, cancel);

    private Task<TaskReport> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancel) => SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, Address(path)) { Content = JsonContent.Create(body, type) }, ApiJson.Default.TaskReport, cancel);

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var answer = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
        return Parsed(await answer.Content.ReadAsStringAsync(cancel), type);
    }

    private async Task<HttpResponseMessage> AnswerAsync(Func<HttpRequestMessage> request, HttpCompletionOption completion, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        using var message = request();
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(message, completion, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new ApiException(ErrorCode.Unavailable, $"The agent at {place} has not answered for {Patience.TotalSeconds:0} s; look at its log, or name another host with --host.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw Broken(e);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw Refused(answer, await answer.Content.ReadAsStringAsync(limit.Token));
        }
    }

    private ApiException Broken(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } =>
            new ApiException(ErrorCode.Unavailable, $"No agent answers at {place}; start holdfastd there, or name another host with --host.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new ApiException(ErrorCode.Unavailable, distrust?.Invoke() is { } why
            ? $"The agent at {place} was told nothing, as it is not to be trusted: {why}."
            : $"The agent at {place} does not speak TLS, or refused this connection: look at its log; only where its configuration says \"tls\": false, give its address as http://{place}.", e),
        _ => new ApiException(ErrorCode.Unavailable, $"The agent at {place} broke the connection off; look at its log, or name another host with --host.", e),
    };

    private ApiException Refused(HttpResponseMessage answer, string body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, ApiJson.Default.Problem) is { Detail.Length: > 0 } problem)
            {
                return new ApiException(problem.Code, problem.Detail);
            }
        }
        catch (JsonException)
        {
            // Not our error body: a proxy, or an agent of another version. The status is all there is to say.
        }

        return new ApiException(ErrorCode.Failed, $"The agent at {place} answered {(int)answer.StatusCode} to {answer.RequestMessage?.RequestUri?.AbsolutePath} without saying why; its version may differ from this program's.");
    }

    private T Parsed<T>(string json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ApiException(ErrorCode.Failed, $"The agent at {place} gave an answer that this program cannot read; their versions may differ ({e.Message}).", e);
        }
    }

    private async Task<string?> ReadLineAsync(StreamReader lines, CancellationToken cancel)
    {
        try
        {
            return await lines.ReadLineAsync(cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Broken(e);
        }
    }
}
