using Etcdserverpb;
using Google.Protobuf;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Etcd;

/// <summary>The addresses that machines claim, each a key of its own.</summary>
public sealed partial class EtcdIntentStore
{
    /// <summary>Give a machine IP addresses and take others from it, all or none. Those that it has, or has not, already are no change.</summary>
    /// <returns>Its definition with the addresses that it has now, or why not.</returns>
    public async Task<(MachineDefinition? Definition, IntentRefusal? Refusal)> ChangeAddressesAsync(
        Guid id, IReadOnlyCollection<string> add, IReadOnlyCollection<string> remove, CancellationToken cancel = default)
    {
        for (var n = 0; n < Tries; n++)
        {
            var (present, revision, refusal) = await ReadMachineAsync(id, cancel);
            if (present is null)
            {
                return (null, refusal);
            }

            var had = present.Definition.Addresses;
            string[] fresh = [.. add.Except(had)];
            string[] gone = [.. had.Intersect(remove)];
            var definition = present.Definition with { Addresses = [.. had.Except(gone), .. fresh] };
            if (fresh is [] && gone is [])
            {
                return (definition, null);
            }

            var txn = new TxnRequest
            {
                Compare = { Unchanged(keys.Machine(id), revision), fresh.Select(ip => Absent(keys.Address(ip))) },
                Success =
                {
                    Put(keys.Machine(id), Json(present with { Definition = definition })),
                    fresh.Select(ip => Put(keys.Address(ip), Id(id))), gone.Select(ip => Delete(keys.Address(ip))),
                },
                Failure = { fresh.Select(ip => Get(keys.Address(ip))) },
            };
            if (await TxnAsync(txn, cancel) is not { } answer)
            {
                return (null, NoQuorum());
            }

            view.Apply(answer.Succeeded, answer.Header.Revision, txn.Success);
            if (answer.Succeeded)
            {
                return (definition, null);
            }

            // Claimed under our own id: an attempt without an answer has succeeded. None claimed: only the machine was changed. Both are seen by reading again.
            var holders = answer.Responses.Select(Value).ToList();
            if (holders.FindIndex(holder => holder is not null && holder != Id(id)) is >= 0 and var taken)
            {
                return (null, AddressTaken(fresh[taken], await NameAsync(holders[taken]!, cancel)));
            }
        }

        return (null, Contended);
    }

    /// <param name="holders">Who has each of <see cref="IntentKeys.Claims"/>, in their order.</param>
    private async Task<IntentRefusal> TakenAsync(MachineDefinition wanted, ByteString?[] holders, CancellationToken cancel)
    {
        if (holders[0] is not null)
        {
            return new IntentRefusal(IntentProblem.Taken, $"A machine named '{wanted.Name}' exists already; choose another name, or delete it with 'holdfast vm delete {wanted.Name}'.");
        }

        if (holders[1] is { } holder)
        {
            return new IntentRefusal(IntentProblem.MacTaken, $"The MAC address {wanted.Mac} belongs to {(await NameAsync(holder, cancel) is { } name ? $"machine {name}" : "another machine")}; take another.");
        }

        return Array.FindIndex(holders, 2, other => other is not null) is >= 0 and var taken
            ? AddressTaken(wanted.Addresses[taken - 2], await NameAsync(holders[taken]!, cancel))
            : new IntentRefusal(IntentProblem.Taken, $"A machine with the id {wanted.Id} exists already.");
    }

    private static IntentRefusal AddressTaken(string ip, string? holder) => new(IntentProblem.Taken, holder is null
        ? $"{ip} belongs to a machine that was just being changed; try again."
        : $"{ip} belongs to machine {holder}; take another or remove it there with 'holdfast vm set {holder} --remove-ip {ip}'.");

    /// <summary>The holder's name; null when it has been deleted meanwhile.</summary>
    private async Task<string?> NameAsync(ByteString holder, CancellationToken cancel) =>
        Guid.TryParse(holder.Span, out var id) && (View.Machines.GetValueOrDefault(id) ?? (await ReadMachineAsync(id, cancel)).Machine) is { } machine ? machine.Definition.Name : null;
}
