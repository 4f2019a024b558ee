using Holdfast.Adapters.Network;
using Holdfast.Api;
using Holdfast.Daemon.Tasks;

namespace Holdfast.Daemon.Intents;

/// <summary>
/// Before a person's start of a machine: does a device on the guest network have one of its addresses already? Only that start is refused; nothing that the cluster
/// does by itself asks here (docs/adr/0008).
/// </summary>
/// <param name="probe">Null: this host has no guest bridge to ask.</param>
internal sealed class AddressCheck(ArpProbe? probe)
{
    /// <param name="done">What would be done with it: "started".</param>
    /// <param name="mac">The machine's own MAC address: its answer is no conflict, it may just have been started by somebody else.</param>
    public async Task ThrowIfTakenAsync(string name, string done, string? mac, IReadOnlyCollection<string> ips, TaskBoard.Work task)
    {
        if (probe is null || ips is { Count: 0 })
        {
            return;
        }

        task.Step("asking the network for its addresses");
        if (await probe.AskAsync(ips, mac?.ToLowerInvariant()) is { } taken)
        {
            throw new ApiException(
                ErrorCode.Conflict,
                $"{name} is not {done}: a device on the guest network, with the MAC address {taken.Mac}, has its address {taken.Ip} already; take it off the network, or give {name} another address.");
        }
    }
}
