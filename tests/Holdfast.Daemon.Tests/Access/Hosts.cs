using System.Net;
using Holdfast.Certificates;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Tests.Access;

/// <summary>A cluster's authority and the certificates of its hosts h1, h2, h3 on 127.0.0.1, 127.0.0.2, 127.0.0.3, each host's in a folder of its name.</summary>
internal sealed class Hosts(string folder, string cluster = "demo") : IDisposable
{
    private readonly ClusterAuthority authority = ClusterAuthority.Create(cluster, DateTimeOffset.UtcNow.AddDays(-1000));

    public string Folder(string host) => Path.Combine(folder, cluster, host);

    /// <summary>Where a host has its certificate; another one is made, too, when it has one already.</summary>
    /// <param name="names">The host that it names; null: whose it is.</param>
    public string Certified(string host, string? names = null, bool agent = true, DateTimeOffset? at = null)
    {
        authority.Issue(names ?? host, [Address(host)], at ?? DateTimeOffset.UtcNow, agent).SaveForAgent(Folder(host));
        return Folder(host);
    }

    public HostTls Tls(string host, List<string> log, string? directory = null, TimeSpan? look = null)
    {
        var tls = new HostTls(Options(host, 0) with { TlsDirectory = directory ?? Certified(host) }, text =>
        {
            lock (log)
            {
                log.Add(text);
            }
        }, look);
        tls.Start();
        return tls;
    }

    /// <param name="port">Of the agents.</param>
    public static DaemonOptions Options(string host, int port) => new()
    {
        Host = host,
        Listen = $"{Address(host)}:{port}",
        Networks = [new("cluster", "cluster", Address(host).ToString())],
        Hosts = [.. Enumerable.Range(1, 3).Select(n => new PeerOptions($"h{n}", n - 1, new() { ["cluster"] = Address($"h{n}").ToString() }))],
    };

    public static IPAddress Address(string host) => IPAddress.Parse($"127.0.0.{host[1..]}");

    public void Dispose() => authority.Dispose();
}
