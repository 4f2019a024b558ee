using System.Text.Json;
using Etcdserverpb;
using Google.Protobuf;

namespace Holdfast.Adapters.Etcd;

/// <summary>Who may use the API.</summary>
public sealed partial class EtcdIntentStore
{
    public async Task<IntentRefusal?> AddTokenAsync(IntentToken token, CancellationToken cancel = default)
    {
        var key = keys.Token(token.Name);
        var txn = new TxnRequest
        {
            Compare = { Absent(key) },
            Success = { Put(key, ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(token, IntentJson.Default.IntentToken))) },
            Failure = { Get(key) },
        };
        if (await TxnAsync(txn, cancel) is not { } answer)
        {
            return NoQuorum();
        }

        view.Apply(answer.Succeeded, answer.Header.Revision, txn.Success);

        // An attempt that got no answer may have succeeded: the hash is random, so what stands there with it is our own doing.
        return answer.Succeeded || Value(answer.Responses[0]) == txn.Success[0].RequestPut.Value
            ? null
            : new IntentRefusal(IntentProblem.Taken, $"A token named '{token.Name}' exists already; take another name, or revoke it first with 'holdfast token revoke {token.Name}'.");
    }

    /// <summary>Done also when it is not there.</summary>
    public async Task<IntentRefusal?> RemoveTokenAsync(string name, CancellationToken cancel = default)
    {
        var txn = new TxnRequest { Success = { Delete(keys.Token(name)) } };
        if (await TxnAsync(txn, cancel) is not { } answer)
        {
            return NoQuorum();
        }

        view.Apply(answer.Succeeded, answer.Header.Revision, txn.Success);
        return null;
    }
}
