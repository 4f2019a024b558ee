using System.Collections.Immutable;
using System.Diagnostics;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace Holdfast.Adapters.Etcd;

/// <summary>
/// Calls to whichever member answers, each with a deadline. The generated clients of dotnet-etcd are used directly: its own client retries in
/// places and for times of its own, and here every wait must have our limit (docs/adr/0001).
/// </summary>
internal sealed class EtcdCalls : IDisposable
{
    private readonly ImmutableArray<GrpcChannel> channels;
    private readonly ImmutableArray<Uri> members;
    private int preferred;

    public EtcdCalls(EtcdOptions options, IEnumerable<EtcdMember> members)
    {
        EtcdMember[] asked = [.. members];
        this.members = [.. asked.Select(m => m.Client(options))];
        channels = [.. asked.Select(m => GrpcChannel.ForAddress(m.Client(options), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = options.Tls?.Client(m.Name) ?? new(),
                UseProxy = false,
                ConnectTimeout = TimeSpan.FromMilliseconds(500),
                PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,

                // A member that vanished without a goodbye is noticed by pings; its watch would else stay open and silent.
                KeepAlivePingDelay = TimeSpan.FromSeconds(1),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
                EnableMultipleHttp2Connections = true,
            },
            MaxReceiveMessageSize = 64 << 20,
            MaxRetryAttempts = 1,
        }))];
    }

    public int Members => channels.Length;

    public int Preferred => Volatile.Read(ref preferred);

    public Watch.WatchClient WatchOn(int member) => new(channels[member]);

    /// <summary>Tries members in turn until one answers or <paramref name="limit"/> has passed; null then.</summary>
    public async Task<T?> TryAsync<T>(Func<KV.KVClient, CallOptions, AsyncUnaryCall<T>> call, TimeSpan limit, TimeSpan attempt, CancellationToken cancel)
        where T : class
    {
        var began = Stopwatch.GetTimestamp();
        var first = Preferred;
        for (var n = 0; limit - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left && !cancel.IsCancellationRequested; n++)
        {
            var member = (first + n) % channels.Length;
            var deadline = DateTime.UtcNow + (attempt < left ? attempt : left); // gRPC's deadlines are wall clock; a jump costs one attempt
            try
            {
                using var running = call(new KV.KVClient(channels[member]), new CallOptions(deadline: deadline, cancellationToken: cancel));
                var answer = await running.ResponseAsync;
                Volatile.Write(ref preferred, member);
                return answer;
            }
            catch (RpcException e) when (e.StatusCode != StatusCode.Cancelled || !cancel.IsCancellationRequested)
            {
                if (n % channels.Length == channels.Length - 1)
                {
                    await Task.Delay(50, CancellationToken.None); // all refused at once: do not spin
                }
            }
            catch (RpcException)
            {
                return null;
            }
        }

        return null;
    }

    public void Avoid(int member) => Interlocked.CompareExchange(ref preferred, (member + 1) % channels.Length, member);

    public override string ToString() => string.Join(", ", members.Select(m => m.Authority));

    public void Dispose()
    {
        foreach (var channel in channels)
        {
            channel.Dispose();
        }
    }
}
