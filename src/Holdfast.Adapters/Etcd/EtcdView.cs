using System.Diagnostics;
using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace Holdfast.Adapters.Etcd;

/// <summary>
/// The cached copy of all intent: one read, then a watch from the next revision on. A probe once a second asks a quorum for the revision; a watch
/// that has fallen behind it (its member is cut off) is begun again on another member.
/// </summary>
internal sealed class EtcdView(EtcdCalls calls, IntentKeys keys) : IAsyncDisposable
{
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuorumHolds = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource closing = new();
    private readonly Lock changing = new();
    private CancellationTokenSource? watching;
    private Task work = Task.CompletedTask;
    private IntentView current = IntentView.Empty;
    private long answeredAt;
    private bool toldQuorum;

    public IntentView Current => Volatile.Read(ref current);

    public bool Quorum => Volatile.Read(ref answeredAt) is var at && at != 0 && Stopwatch.GetElapsedTime(at) < QuorumHolds;

    public Action? Changed { get; set; }

    public void Start() => work = Task.WhenAll(Task.Run(FollowAsync), Task.Run(ProbeAsync));

    /// <summary>Read everything from a quorum; null when none answers in time.</summary>
    public async Task<IntentView?> ReadAsync(TimeSpan limit, CancellationToken cancel)
    {
        var answer = await calls.TryAsync((kv, o) => kv.RangeAsync(All(serializable: false), o), limit, TimeSpan.FromSeconds(1), cancel);
        if (answer is null)
        {
            return null;
        }

        Answered();
        var read = answer.Kvs.Aggregate(IntentView.Empty, (v, kv) => v.With(keys.Relative(kv.Key.ToStringUtf8()), kv.Value.ToByteArray())) with
        {
            Revision = answer.Header.Revision,
        };
        Take(v => v.Revision < read.Revision ? read : v);
        return read;
    }

    /// <summary>One's own change counts for one's own next read, also before the watch brings it. The revision stays: the watch brings the rest.</summary>
    public void Apply(bool succeeded, long revision, RepeatedField<RequestOp> written)
    {
        Answered();
        if (succeeded)
        {
            Take(v => v.Revision >= revision ? v : written.Aggregate(v, Write));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await work;
        closing.Dispose();
    }

    private IntentView Write(IntentView view, RequestOp op) => op.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestPut => view.With(keys.Relative(op.RequestPut.Key.ToStringUtf8()), op.RequestPut.Value.ToByteArray()),
        RequestOp.RequestOneofCase.RequestDeleteRange => view.With(keys.Relative(op.RequestDeleteRange.Key.ToStringUtf8()), null),
        _ => view,
    };

    private async Task FollowAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            var member = calls.Preferred;
            using var round = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
            Volatile.Write(ref watching, round);
            try
            {
                if (await ReadAsync(TimeSpan.FromSeconds(3), round.Token) is { } read)
                {
                    member = calls.Preferred;
                    await WatchAsync(member, read.Revision + 1, round.Token);
                }
                else
                {
                    await ReadWithoutQuorumAsync(round.Token);
                }
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException or IOException or ObjectDisposedException)
            {
                calls.Avoid(member);
            }

            Volatile.Write(ref watching, null);
            await Task.Delay(100, closing.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task WatchAsync(int member, long from, CancellationToken cancel)
    {
        using var call = calls.WatchOn(member).Watch(cancellationToken: cancel);
        await call.RequestStream.WriteAsync(
            new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Prefix(), RangeEnd = PrefixEnd(), StartRevision = from } }, cancel);
        while (await call.ResponseStream.MoveNext(cancel))
        {
            var answer = call.ResponseStream.Current;
            if (answer.Canceled)
            {
                return;
            }

            if (answer.Events.Count > 0)
            {
                Take(v => v.Revision >= answer.Header.Revision ? v : answer.Events.Aggregate(v, (all, e) =>
                    all.With(keys.Relative(e.Kv.Key.ToStringUtf8()), e.Type == Mvccpb.Event.Types.EventType.Put ? e.Kv.Value.ToByteArray() : null)) with
                {
                    Revision = answer.Header.Revision,
                });
            }
        }
    }

    /// <summary>An agent that starts while there is no quorum still learns what a single member knows; it may be old, and nothing is changed by it.</summary>
    private async Task ReadWithoutQuorumAsync(CancellationToken cancel)
    {
        if (Current.Revision > 0)
        {
            return;
        }

        var answer = await calls.TryAsync((kv, o) => kv.RangeAsync(All(serializable: true), o), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500), cancel);
        if (answer is { Kvs.Count: > 0 })
        {
            Take(v => v.Revision > 0 ? v : answer.Kvs.Aggregate(v, (all, kv) => all.With(keys.Relative(kv.Key.ToStringUtf8()), kv.Value.ToByteArray())));
        }
    }

    private async Task ProbeAsync()
    {
        var request = new RangeRequest { Key = Prefix(), CountOnly = true };
        while (!closing.IsCancellationRequested)
        {
            var before = Current.Revision;
            var answer = await calls.TryAsync((kv, o) => kv.RangeAsync(request, o), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1), closing.Token);
            if (answer is not null)
            {
                Answered();
            }

            TellQuorum();
            await Task.Delay(ProbeEvery, closing.Token).ContinueWith(_ => { }, TaskScheduler.Default);

            // A whole period later and still behind what the quorum had then: the watch hangs on a member that is cut off.
            if (answer is not null && Current.Revision == before && before > 0 && before < answer.Header.Revision)
            {
                CancelWatch();
            }
        }
    }

    private void CancelWatch()
    {
        try
        {
            Volatile.Read(ref watching)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
    }

    private void Answered()
    {
        Volatile.Write(ref answeredAt, Stopwatch.GetTimestamp());
        TellQuorum();
    }

    private void TellQuorum()
    {
        bool tell;
        lock (changing)
        {
            tell = Quorum != toldQuorum;
            toldQuorum = Quorum;
        }

        if (tell)
        {
            Changed?.Invoke();
        }
    }

    private void Take(Func<IntentView, IntentView> change)
    {
        bool tell;
        lock (changing)
        {
            var next = change(current);
            tell = !ReferenceEquals(next, current);
            Volatile.Write(ref current, next);
        }

        if (tell)
        {
            Changed?.Invoke();
        }
    }

    private RangeRequest All(bool serializable) => new() { Key = Prefix(), RangeEnd = PrefixEnd(), Serializable = serializable };

    private ByteString Prefix() => ByteString.CopyFromUtf8(keys.Prefix);

    private ByteString PrefixEnd() => ByteString.CopyFromUtf8(keys.Prefix[..^1] + (char)('/' + 1));
}
