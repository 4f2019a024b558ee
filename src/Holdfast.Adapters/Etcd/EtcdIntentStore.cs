using System.Text.Json;
using Etcdserverpb;
using Google.Protobuf;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Etcd;

/// <summary>
/// Intent in etcd. Reading never waits (the cached <see cref="View"/>); changing needs a quorum and says so when there is none. Losing etcd
/// stops changes, never machines (DESIGN §2).
/// </summary>
public sealed partial class EtcdIntentStore : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1.5);
    private static readonly IntentRefusal Contended = new(IntentProblem.Contended, "Others keep changing this machine at the same time; try again.");

    /// <summary>Of a change that others make impossible by their own.</summary>
    private const int Tries = 10;

    private readonly EtcdCalls calls;
    private readonly IntentKeys keys;
    private readonly EtcdView view;

    public EtcdIntentStore(EtcdOptions options)
    {
        // One's own member first: it answers without the network's help when it has a quorum.
        calls = new EtcdCalls(options, options.Members.OrderByDescending(m => m.Name == options.Host));
        keys = new IntentKeys(options.ClusterId);
        view = new EtcdView(calls, keys);
    }

    /// <summary>The latest known intent; <see cref="IntentView.Revision"/> 0 = nothing read yet.</summary>
    public IntentView View => view.Current;

    /// <summary>A quorum has answered this host within the last seconds.</summary>
    public bool Quorum => view.Quorum;

    /// <summary>Called after every change of <see cref="View"/> or <see cref="Quorum"/>, from any thread.</summary>
    public Action? Changed
    {
        get => view.Changed;
        set => view.Changed = value;
    }

    public void Start() => view.Start();

    /// <summary>The view as a quorum has it now, or why not.</summary>
    public async Task<(IntentView View, IntentRefusal? Refusal)> FreshAsync(CancellationToken cancel = default) =>
        await view.ReadAsync(TimeSpan.FromSeconds(2), cancel) is { } fresh ? (fresh, null) : (View, NoQuorum());

    /// <summary>Enter a machine; its name and its addresses become its own in the same transaction.</summary>
    public async Task<IntentRefusal?> AddMachineAsync(IntentMachine machine, CancellationToken cancel = default)
    {
        var definition = machine.Definition;
        var (id, claims) = (Id(definition.Id), keys.Claims(definition));
        var txn = new TxnRequest
        {
            Compare = { Absent(keys.Machine(definition.Id)), claims.Select(Absent) },
            Success = { Put(keys.Machine(definition.Id), Json(machine)), claims.Select(key => Put(key, id)) },
            Failure = { claims.Select(Get) },
        };
        if (await TxnAsync(txn, cancel) is not { } answer)
        {
            return NoQuorum();
        }

        view.Apply(answer.Succeeded, answer.Header.Revision, txn.Success);

        // An attempt that got no answer may have succeeded: the id is random, so the name under our id is our own doing.
        return answer.Succeeded || Value(answer.Responses[0]) == id ? null : await TakenAsync(definition, [.. answer.Responses.Select(Value)], cancel);
    }

    /// <summary>Change a machine's intent; <paramref name="change"/> is applied to the present one and may run again.</summary>
    public Task<IntentRefusal?> ChangeMachineAsync(Guid id, Func<IntentMachine, IntentMachine> change, CancellationToken cancel = default) =>
        FromPresentAsync(id, present => [Put(keys.Machine(id), Json(change(present)))], cancel);

    /// <summary>Forget a machine, its name and its addresses. Done also when it is not there.</summary>
    public async Task<IntentRefusal?> RemoveMachineAsync(Guid id, CancellationToken cancel = default)
    {
        // Read first: what it claims may have been changed by another host a moment ago, and a claim that is left would be nobody's for ever.
        var refusal = await FromPresentAsync(id, present => [Delete(keys.Machine(id)), .. keys.Claims(present.Definition).Select(Delete)], cancel);
        return refusal is { Problem: IntentProblem.NotFound } ? null : refusal;
    }

    /// <summary>Done in one step with what it was made from, and made again when another host was faster.</summary>
    private async Task<IntentRefusal?> FromPresentAsync(Guid id, Func<IntentMachine, IEnumerable<RequestOp>> make, CancellationToken cancel)
    {
        for (var n = 0; n < Tries; n++)
        {
            var (present, revision, refusal) = await ReadMachineAsync(id, cancel);
            if (present is null)
            {
                return refusal;
            }

            var txn = new TxnRequest { Compare = { Unchanged(keys.Machine(id), revision) }, Success = { make(present) } };
            if (await TxnAsync(txn, cancel) is not { } answer)
            {
                return NoQuorum();
            }

            view.Apply(answer.Succeeded, answer.Header.Revision, txn.Success);
            if (answer.Succeeded)
            {
                return null;
            }
        }

        return Contended;
    }

    public async Task<IntentRefusal?> AddDatastoreAsync(IntentDatastore datastore, CancellationToken cancel = default)
    {
        var txn = new TxnRequest
        {
            Compare = { Absent(keys.Datastore(datastore.Name)) },
            Success = { Put(keys.Datastore(datastore.Name), ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(datastore, IntentJson.Default.IntentDatastore))) },
            Failure = { Get(keys.Datastore(datastore.Name)) },
        };
        if (await TxnAsync(txn, cancel) is not { } answer)
        {
            return NoQuorum();
        }

        view.Apply(answer.Succeeded, answer.Header.Revision, txn.Success);
        return answer.Succeeded || Value(answer.Responses[0]) == txn.Success[0].RequestPut.Value
            ? null
            : new IntentRefusal(IntentProblem.Taken, $"A datastore named '{datastore.Name}' exists already; look at it with 'holdfast datastore show {datastore.Name}'.");
    }

    /// <summary>Keep a task's last report for the history. Best effort: a lost one changes nothing.</summary>
    public async Task KeepTaskAsync(string id, byte[] report, CancellationToken cancel = default) =>
        await TxnAsync(new TxnRequest { Success = { Put(keys.Task(id), ByteString.CopyFrom(report)) } }, cancel);

    public async ValueTask DisposeAsync()
    {
        await view.DisposeAsync();
        calls.Dispose();
    }

    private static Compare Absent(string key) =>
        new() { Key = ByteString.CopyFromUtf8(key), Target = Compare.Types.CompareTarget.Create, Result = Compare.Types.CompareResult.Equal, CreateRevision = 0 };

    private static Compare Unchanged(string key, long revision) =>
        new() { Key = ByteString.CopyFromUtf8(key), Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = revision };

    private static RequestOp Put(string key, ByteString value) => new() { RequestPut = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = value } };

    private static RequestOp Get(string key) => new() { RequestRange = new RangeRequest { Key = ByteString.CopyFromUtf8(key) } };

    private static RequestOp Delete(string key) => new() { RequestDeleteRange = new DeleteRangeRequest { Key = ByteString.CopyFromUtf8(key) } };

    private static ByteString Id(Guid machine) => ByteString.CopyFromUtf8(machine.ToString("D"));

    private static ByteString Json(IntentMachine machine) => ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(machine, IntentJson.Default.IntentMachine));

    private static ByteString? Value(ResponseOp answer) => answer.ResponseRange.Kvs is [var only, ..] ? only.Value : null;

    private async Task<(IntentMachine? Machine, long Revision, IntentRefusal? Refusal)> ReadMachineAsync(Guid id, CancellationToken cancel)
    {
        var request = new RangeRequest { Key = ByteString.CopyFromUtf8(keys.Machine(id)) };
        var answer = await calls.TryAsync((kv, o) => kv.RangeAsync(request, o), Limit, Attempt, cancel);
        return answer switch
        {
            null => (null, 0, NoQuorum()),
            { Kvs: [] } => (null, 0, new IntentRefusal(IntentProblem.NotFound, $"No machine has the id {id}; it may have been deleted just now.")),
            { Kvs: [var only, ..] } => (JsonSerializer.Deserialize(only.Value.Span, IntentJson.Default.IntentMachine), only.ModRevision, null),
        };
    }

    private Task<TxnResponse?> TxnAsync(TxnRequest txn, CancellationToken cancel) => calls.TryAsync((kv, o) => kv.TxnAsync(txn, o), Limit, Attempt, cancel);

    private IntentRefusal NoQuorum() => new(
        IntentProblem.NoQuorum, $"no quorum: no etcd member ({calls}) with a majority behind it answered in time, so nothing can be changed now. Machines run on; bring back a majority of the members.");
}
