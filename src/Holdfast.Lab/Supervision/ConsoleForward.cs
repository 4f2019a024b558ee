using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Holdfast.Certificates;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Supervision;

/// <summary>
/// The way of this machine's browser into a lab: what comes to a port of 127.0.0.1 is passed on to the API of the first host that takes it. A host's own address is not to be reached from here, and it is asked over TCP
/// as any browser would ask it, not over its socket, behind which everybody is root. TLS ends here: the browser's part of the way does not leave this machine, and no browser knows a lab's authority. It ends with the supervisor.
/// </summary>
internal sealed class ConsoleForward : IAsyncDisposable
{
    private const int MostConnections = 64;
    private const int MostPorts = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly LabState lab;
    private readonly Func<string, bool> hung;
    private readonly Socket listener;
    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim room = new(MostConnections);
    private readonly Task serving;

    private ConsoleForward(LabState lab, Func<string, bool> hung, Socket listener)
    {
        (this.lab, this.hung, this.listener) = (lab, hung, listener);
        serving = Task.Run(Serve);
    }

    /// <summary>The port that this lab had before, else the API's own, else the next free one. Null when all are taken: the lab works without.</summary>
    internal static ConsoleForward? Open(LabState lab, Func<string, bool> hung)
    {
        var before = Address(lab.Paths) is { } address ? new Uri(address).Port : Api.Routes.DefaultPort;
        foreach (var port in Enumerable.Range(Api.Routes.DefaultPort, MostPorts).Prepend(before))
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
                listener.Listen(MostConnections);
                File.WriteAllText(lab.Paths.Console, $"http://127.0.0.1:{port}/console/");
                return new(lab, hung, listener);
            }
            catch (SocketException)
            {
                listener.Dispose();
            }
        }

        return null;
    }

    /// <summary>Where a browser on this machine finds the lab's console; null: nowhere.</summary>
    internal static string? Address(LabPaths paths) => File.Exists(paths.Console) ? File.ReadAllText(paths.Console) : null;

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await serving;
    }

    private async Task Serve()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await room.WaitAsync(end.Token);
                var browser = await listener.AcceptAsync(end.Token);
                _ = Task.Run(() => Pass(browser));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Pass(Socket browser)
    {
        try
        {
            await using var here = new NetworkStream(browser, ownsSocket: true);
            if (await Connect() is { } agent)
            {
                await using var there = agent;
                await Task.WhenAny(here.CopyToAsync(there, end.Token), there.CopyToAsync(here, end.Token));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has gone: the browser asks again by itself.
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>The first host's agent that takes the connection and is that host's; null: none.</summary>
    private async Task<Stream?> Connect()
    {
        foreach (var host in lab.Hosts.Where(h => !hung(h)))
        {
            if (lab.Paths.Host(host).InitProcess is not { } init)
            {
                continue;
            }

            SslStream? agent = null;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                limit.CancelAfter(Patience);
                var check = new ServerCheck(HostCredential.Authority($"{lab.Paths.Host(host).Disk}{HostCertificate.AgentDirectory}/{ClusterAuthority.CertificateFile}"), host);
                agent = new SslStream(await Dial(host, init, limit.Token));
                await agent.AuthenticateAsClientAsync(check.Options, limit.Token);
                return agent;
            }
            catch (Exception e) when (e is SocketException or IOException or LabException or CertificateException or AuthenticationException || (e is OperationCanceledException && !end.IsCancellationRequested))
            {
                agent?.Dispose();
            }
        }

        return null;
    }

    private async Task<NetworkStream> Dial(string host, ProcessId init, CancellationToken limit)
    {
        var socket = new Socket(new SafeSocketHandle(NamespaceSocket.Open($"/proc/{init.Pid}/ns/net", Native.StreamCloseOnExec), ownsHandle: true));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(lab.Address(host, lab.Options.Networks.First(n => n.Role == "cluster"))), Api.Routes.DefaultPort), limit);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
