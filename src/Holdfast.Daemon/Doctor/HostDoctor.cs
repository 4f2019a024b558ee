using System.Net;
using System.Text.Json;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Linux.Survey;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Daemon.Doctor.Checks;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Doctor;

/// <summary>Everything that is looked at on a host. It works without an agent; one that runs is asked, and not disturbed.</summary>
internal static class HostDoctor
{
    /// <summary>For one check. Nothing of it waits for another.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>For one answer within a check.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<DoctorReport> ExamineAsync(string file)
    {
        var (options, problem) = Read(file);
        return new()
        {
            Host = options?.Host ?? Environment.MachineName,
            Version = typeof(HostDoctor).Assembly.GetName().Version!.ToString(3),
            At = DateTimeOffset.UtcNow,
            Findings = await Examination.OfAsync([new ConfigurationCheck(file, problem), .. OfAny(options), .. options is null ? [] : OfConfigured(options)], Limit),
        };
    }

    private static (DaemonOptions? Options, string? Problem) Read(string file)
    {
        DaemonOptions? options = null;
        try
        {
            options = OptionsReader.Read(file);
            HostIdentity.Secrets(options.SecretFile);
            return (options, null);
        }
        catch (OptionsException e)
        {
            return (options, e.Message);
        }
    }

    /// <summary>What can be looked at on a host that has no configuration yet.</summary>
    private static IEnumerable<ICheck> OfAny(DaemonOptions? options)
    {
        yield return new AccelerationCheck(options?.Acceleration, () => AccelerationProbe.BestAsync(Patience));
        yield return new QemuCheck(options?.Acceleration, command => ProgramOutput.OfAsync(command, Patience, CancellationToken.None));
        var uri = options?.LibvirtUri ?? new DaemonOptions().LibvirtUri;
        yield return new LibvirtCheck(uri, () => LibvirtVersionAsync(uri));
        yield return new ConfinementCheck(TextOf);
        yield return new TimeCheck(KernelClock.Read);
        yield return new CertificateCheck(CertificateUse.Agent, options?.Tls, options?.TlsDirectory ?? HostCertificate.AgentDirectory, static () => DateTimeOffset.UtcNow);
        yield return new CertificateCheck(CertificateUse.Migrations, options?.MigrationTls, HostCertificate.QemuDirectory, static () => DateTimeOffset.UtcNow);
    }

    private static IEnumerable<ICheck> OfConfigured(DaemonOptions options)
    {
        var agent = new AgentWord(options.Socket, () => StatusAsync(options.Socket));
        var stores = Datastores(options);
        var devices = FenceLevels.Devices(options);
        yield return new AgentCheck(agent);
        yield return new GuardCheck(agent, options.Watchdog, () => GuardInquiry.AskAsync(options.GuardSocket, Patience));
        yield return new WatchdogCheck(options.Watchdog, FenceLevels.Of(options).ContainsKey(options.Slot), File.Exists, WatchdogCheck.Identity);
        yield return new FenceCheck(
            [.. options.Hosts.Where(h => h.Name != options.Host).SelectMany(h => FenceLevels.Of(options).GetValueOrDefault(h.Slot, []).Select((l, n) => (h.Name, n, l.Name)))],
            (host, level) => FenceAsync(devices, host, level));
        yield return new NetworkCheck([.. options.Networks.Select(n => Network(options, n))], KernelLinks.Of, PingAsync);
        yield return new PortCheck(agent, [.. Ports(options)], PortCheck.Bind);
        yield return new DatastoreCheck(stores, StoreMounts.OfAsync, LeaseAreas.IsFormatted, Patience);
        yield return new SpaceCheck([("state", options.StateDirectory), ("logs", "/var/log"), .. (stores ?? []).Select(s => ($"datastore {s.Name}", s.Path))], SpaceCheck.Measure, Patience);
    }

    private static async Task<ClusterStatus> StatusAsync(string socket)
    {
        using var client = HoldfastClient.Unix(socket, local: true);
        return await client.StatusAsync().WaitAsync(Patience);
    }

    private static async Task<(Version?, string?)> LibvirtVersionAsync(string uri)
    {
        await using var connection = new LibvirtConnection(new CallThreads(), uri);
        connection.Start();
        try
        {
            return await connection.WaitConnectedAsync(Patience) ? (await connection.VersionAsync(Patience), null) : (null, connection.Trouble);
        }
        catch (LibvirtException e)
        {
            return (null, e.Message);
        }
    }

    private static async Task<string?> FenceAsync(Adapters.Fencing.FenceDevices devices, string host, int level)
    {
        var said = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        devices.Test(host, level, said.SetResult);
        return await said.Task;
    }

    private static CheckedNetwork Network(DaemonOptions options, NetworkOptions network) => new(
        network.Name, network.Interface ?? (network.Has("guest") ? options.Bridge : null),
        [.. options.Hosts.Where(h => h.Name != options.Host && network.Address.Length > 0).Select(h => (h.Name, Address: h.Addresses.GetValueOrDefault(network.Name)!)).Where(h => h.Address is not null)]);

    /// <summary>ping(8): 0 answered, 1 not; not to be divided on the way.</summary>
    private static async Task<bool?> PingAsync(string address, int size)
    {
        var headers = IPAddress.Parse(address).AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 48 : 28;
        var (code, _, _) = await ProgramOutput.EndAsync(["ping", "-n", "-q", "-M", "do", "-c", "2", "-i", "0.2", "-W", "1", "-s", $"{size - headers}", address], Patience, CancellationToken.None);
        return code switch { 0 => true, 1 => false, _ => null };
    }

    private static IEnumerable<(string, IPEndPoint, bool)> Ports(DaemonOptions options)
    {
        var own = IPAddress.Parse(options.Networks.First(n => n.Has("cluster")).Address);
        yield return ("heartbeatPort", new(own, options.HeartbeatPort), true);
        yield return ("peerPort", new(own, options.PeerPort), false);
        if (options.Listen is { } listen)
        {
            yield return ("listen", IPEndPoint.Parse(listen), false);
        }
    }

    /// <summary>As the agent keeps them over its restarts.</summary>
    private static IReadOnlyList<(string Name, string Path)>? Datastores(DaemonOptions options)
    {
        try
        {
            return [.. DatastoreBook.Read(Path.Combine(options.StateDirectory, DatastoreBook.FileName)).Select(d => (d.Name, d.Path))];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
