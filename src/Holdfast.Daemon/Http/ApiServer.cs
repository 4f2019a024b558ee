using System.Net;
using System.Net.Sockets;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Linux;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Http.Description;
using Holdfast.Daemon.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Holdfast.Daemon.Http;

/// <summary>The HTTP API on the unix socket and, where configured, on the cluster network.</summary>
internal static class ApiServer
{
    private const UnixFileMode RootAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <param name="tls">Null: what listens on the network does so without.</param>
    public static WebApplication Build(string socket, string? listen, HostTls? tls)
    {
        // Empty: the other builders read settings from files and variables around, and watch those files; the agent's settings are in one place.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddRateLimiter(Limits.Set);
        builder.Services.Configure<SocketTransportOptions>(o => o.CreateBoundListenSocket = Bound);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Limits.Set(kestrel.Limits);
            kestrel.ListenUnixSocket(socket);
            if (listen is not null)
            {
                kestrel.Listen(IPEndPoint.Parse(listen), place => Secure(place, tls));
            }
        });
        return builder.Build();
    }

    private static void Secure(ListenOptions place, HostTls? tls)
    {
        // Many requests within one connection would be a second way to be limited; nothing here needs it.
        place.Protocols = HttpProtocols.Http1;
        if (tls is not null)
        {
            place.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = tls.AcceptAsync, HandshakeTimeout = HostTls.HandshakeLimit });
        }
    }

    public static void Map(WebApplication app, HostParts parts, HostPaths paths)
    {
        ConsoleFiles.Beside(parts.Options).Map(app);
        Protect(app, parts.Access, new Auditing(parts.Options.Host, parts.Audit, parts.Tasks));
        var reading = new ReadRoutes(parts);
        reading.Map(app);
        new HostRoutes(parts, reading).Map(app);
        new ChangeRoutes(parts).Map(app);
        new SnapshotRoutes(parts).Map(app);
        new ConsoleRoutes(parts, paths).Map(app);
        new HighAvailabilityRoutes(parts).Map(app);
        var whatIf = new WhatIfRoutes(parts);
        whatIf.Map(app);
        new BsiRoutes(parts, whatIf.AuditedAsync).Map(app);
        new DrillRoutes(parts).Map(app);
        new BalanceRoutes(parts).Map(app);
        new AccessRoutes(parts).Map(app);
        new MetricRoutes(parts).Map(app);
        new DescriptionRoutes().Map(app);
    }

    /// <summary>What every request goes through before its route, in this order: what the later ones refuse is written down and said as the earlier ones do.</summary>
    internal static void Protect(WebApplication app, AccessControl access, Auditing auditing)
    {
        app.Use(next => context => Answers.GuardedAsync(context, next));
        app.UseRouting();
        app.Use(next => context => auditing.AroundAsync(context, next));
        app.Use(next => context => access.IdentifyAsync(context, next));
        app.UseRateLimiter();
        app.Use(next => context => access.AuthorizeAsync(context, next));
    }

    /// <summary>Makes way for the socket; a living agent behind it is not pushed aside.</summary>
    public static void TakeSocket(string socket)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
        if (!File.Exists(socket))
        {
            return;
        }

        try
        {
            using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            other.Connect(new UnixDomainSocketEndPoint(socket));
        }
        catch (SocketException)
        {
            File.Delete(socket);
            return;
        }

        throw new Options.OptionsException($"socket: another holdfastd answers at {socket}; stop it first.");
    }

    public static void Open(string socket) => File.SetUnixFileMode(socket, RootAndGroup);

    private static Socket Bound(EndPoint place)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket;
        if (place is not IPEndPoint address)
        {
            return socket(place);
        }

        // An agent may start before its network has its address.
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            LinuxListening.Prepare(listener);
            listener.Bind(address);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }
}
