namespace Holdfast.Cli.Tests.Lab;

/// <summary>A device on the lab's guest network that is no machine of the cluster: a namespace of a host, on its guest bridge.</summary>
internal sealed class ForeignDevice : IAsyncDisposable
{
    public const string Mac = "02:00:00:00:f0:01";
    private readonly string host;

    private ForeignDevice(string host) => this.host = host;

    /// <summary>It has the address and answers for it, and says nothing by itself.</summary>
    public static async Task<ForeignDevice> AddAsync(string host, string ip)
    {
        await RunningLab.InsideAsync(host, $"""
            ip netns add foreign
            ip link add foreign0 address {Mac} netns foreign type veth peer name foreign1
            ip link set foreign1 master guest0 up
            ip -n foreign link set foreign0 up
            ip -n foreign address add {ip}/9 dev foreign0
            """);
        return new ForeignDevice(host);
    }

    /// <summary>Asks for another address, as every device does that begins to talk.</summary>
    public static Task SpeakAsync(string host) => RunningLab.InsideAsync(host, "ip netns exec foreign ping -c 2 -W 1 10.128.0.1 >/dev/null || true");

    public async ValueTask DisposeAsync() => await RunningLab.InsideAsync(host, "ip netns del foreign");
}
