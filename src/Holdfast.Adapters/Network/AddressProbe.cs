using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace Holdfast.Adapters.Network;

/// <summary>
/// Asks devices that are no hosts of the cluster (routers, switches) whether they answer a ping: evidence for people on whether this host is cut off or the
/// others are. Nothing is decided by it, and no question waits for another's answer.
/// </summary>
public sealed class AddressProbe : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>One lost ping is no silence.</summary>
    private const int Misses = 3;

    private readonly ImmutableArray<Probed> addresses;
    private readonly Func<IPAddress, CancellationToken, Task<bool>> ping;
    private readonly Action<IPAddress, bool> changed;
    private readonly CancellationTokenSource ending = new();

    /// <param name="changed">An address has fallen silent (false), or answers (true) after it was silent.</param>
    public AddressProbe(IEnumerable<IPAddress> addresses, Action<IPAddress, bool> changed, Func<IPAddress, CancellationToken, Task<bool>>? ping = null)
    {
        this.addresses = [.. addresses.Select(a => new Probed(a))];
        this.changed = changed;
        this.ping = ping ?? PingAsync;
    }

    /// <summary>Whether each answers; null: not known yet.</summary>
    public ImmutableSortedDictionary<string, bool?> Answers => addresses.ToImmutableSortedDictionary(a => a.Address.ToString(), a => a.Answers, StringComparer.Ordinal);

    public void Start()
    {
        foreach (var address in addresses)
        {
            _ = AskAsync(address);
        }
    }

    public void Dispose() => ending.Cancel();

    /// <summary>One round for one address.</summary>
    internal async Task AskOnceAsync(IPAddress address) => Note(addresses.Single(a => a.Address.Equals(address)), await ping(address, ending.Token));

    private async Task AskAsync(Probed probed)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                Note(probed, await ping(probed.Address, ending.Token));
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    private void Note(Probed probed, bool answered)
    {
        probed.Missed = answered ? 0 : probed.Missed + 1;
        bool? now = answered ? true : probed.Missed >= Misses ? false : probed.Answers;
        if (now is { } known && known != (probed.Answers ?? true))
        {
            changed(probed.Address, known);
        }

        probed.Answers = now;
    }

    private static async Task<bool> PingAsync(IPAddress address, CancellationToken cancel)
    {
        try
        {
            using var ping = new Ping();
            return (await ping.SendPingAsync(address, Every, cancellationToken: cancel)).Status == IPStatus.Success;
        }
        catch (PingException)
        {
            // No route, or no link: no answer either.
            return false;
        }
    }

    private sealed class Probed(IPAddress address)
    {
        public IPAddress Address { get; } = address;

        public bool? Answers { get; set; }

        public int Missed { get; set; }
    }
}
