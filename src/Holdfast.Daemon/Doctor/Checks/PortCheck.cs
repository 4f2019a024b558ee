using System.Net;
using System.Net.Sockets;
using Holdfast.Adapters.Linux;

namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>Whether the agent could have its ports. While it runs, it has them.</summary>
/// <param name="bind">Takes a port for a moment; null: it is free, else why it is not.</param>
internal sealed class PortCheck(AgentWord agent, IReadOnlyList<(string Key, IPEndPoint Place, bool Udp)> ports, Func<IPEndPoint, bool, string?> bind) : ICheck
{
    public string Name => "ports";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel)
    {
        if (await agent.Status is not null)
        {
            return [Finding.Ok("the agent has its ports")];
        }

        List<Finding> taken = [.. ports.Select(p => (Port: p, Why: bind(p.Place, p.Udp))).Where(p => p.Why is not null).Select(p => Finding.Failed(
            $"{p.Port.Key}: {(p.Port.Udp ? "UDP" : "TCP")} {p.Port.Place} cannot be taken: {p.Why!.TrimEnd('.')}", $"end what has it ('ss -lnp sport = :{p.Port.Place.Port}'), or give {p.Port.Key} another port on every host"))];
        return taken.Count > 0 ? taken : [Finding.Ok($"the ports {string.Join(", ", ports.Select(p => p.Place.Port).Distinct())} are free")];
    }

    public static string? Bind(IPEndPoint place, bool udp)
    {
        using var socket = udp ? new Socket(place.AddressFamily, SocketType.Dgram, ProtocolType.Udp) : new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            LinuxListening.Prepare(socket);
            socket.Bind(place);
            if (!udp)
            {
                socket.Listen(1);
            }

            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }
}
