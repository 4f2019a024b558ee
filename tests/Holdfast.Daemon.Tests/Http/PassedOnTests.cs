using System.Net;
using System.Net.Sockets;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Views;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Daemon.Tests.Http;

/// <summary>An order that is passed on to the agent which alone can carry it out.</summary>
public sealed class PassedOnTests
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

    /// <summary>A host that was reset knows nothing of an older connection: whatever comes over it is refused by its network.</summary>
    [Fact]
    public async Task The_next_order_to_a_host_that_was_reset_since_reaches_its_new_agent()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeOneOrderPerConnectionAsync(listener);
        using var peers = new PeerAgents(new DaemonOptions
        {
            Host = "h1",
            Listen = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
            Networks = [new("cluster", "cluster", "127.0.0.1")],
            Hosts = [new("h1", 0, new() { ["cluster"] = "127.0.0.1" }), new("h2", 1, new() { ["cluster"] = "127.0.0.1" })],
        }, (_, _) => ClusterSecret.Sealing("h1").Way);
        Assert.Equal(200, await OrderAsync(peers));
        Assert.Equal(200, await OrderAsync(peers));
        listener.Stop();
        await serving;
    }

    private static async Task<int> OrderAsync(PeerAgents peers)
    {
        var order = new DefaultHttpContext { Request = { Method = "POST", Path = "/v1/machines/a/stop", Body = new MemoryStream("{}"u8.ToArray()), ContentLength = 2, ContentType = "application/json" } };
        await peers.ForwardAsync(order, "h2", TestContext.Current.CancellationToken);
        return order.Response.StatusCode;
    }

    private static async Task ServeOneOrderPerConnectionAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test ends.
        }
    }

    private static async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var seen = "";
            var buffer = new byte[4096];
            while (!seen.EndsWith("{}", StringComparison.Ordinal) && !seen.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(buffer) is var n and > 0)
                {
                    seen += System.Text.Encoding.ASCII.GetString(buffer, 0, n);
                }
                else
                {
                    return;
                }
            }

            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Answer));
            // Whatever comes next over this connection is answered with a reset.
            await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false);
            client.Client.LingerState = new LingerOption(true, 0);
        }
    }
}
