using Holdfast.Adapters.Libvirt.Hook;
using Holdfast.Adapters.Libvirt.Interop;

namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>Where the copy is awaited, and the cookie for Perform.</summary>
public sealed record MigrationReady(string ListenUri, byte[] Cookie);

/// <summary>
/// The target's side of one live migration, on a connection of its own: Prepare, Finish. Closing that connection before Finish has returned makes
/// libvirtd destroy the copy, so it is held until then.
/// </summary>
public sealed class MigrationTarget : IAsyncDisposable
{
    private readonly LibvirtSession _session;
    private readonly MigrationOptions _options;
    private readonly HostPaths _paths;

    private MigrationTarget(LibvirtSession session, MigrationOptions options, HostPaths paths)
    {
        _session = session;
        _options = options;
        _paths = paths;
    }

    public StepTimes Times { get; } = new();

    public static async Task<MigrationTarget> OpenAsync(CallThreads threads, string uri, MigrationOptions options, HostPaths paths, TimeSpan deadline) =>
        new(await LibvirtSession.OpenAsync(threads, uri, deadline).ConfigureAwait(false), options, paths);

    /// <summary>One without a connection: every call is refused by libvirt. For <see cref="HandOverWarmUp"/>.</summary>
    internal static MigrationTarget Unconnected(CallThreads threads) => new(LibvirtSession.Unconnected(threads), new MigrationOptions(), new HostPaths());

    /// <summary>Starts a QEMU that waits for the copy.</summary>
    /// <param name="xml">Begin's XML, fitted to this host (<see cref="DomainXml.ForTarget"/>).</param>
    /// <param name="listenAddress">This host's address on the migration network.</param>
    public async Task<MigrationReady> PrepareAsync(string xml, byte[] cookie, string listenAddress, TimeSpan deadline)
    {
        Times.Mark("prepare");
        _paths.EnsureDirectories();
        var (machine, epoch) = DomainXml.Read(xml);
        StartTicket.Place(machine, epoch, _paths);
        try
        {
            var ready = await _session.Call("migration step Prepare", deadline, connection => Prepare(connection, xml, cookie, listenAddress)).ConfigureAwait(false);
            Times.Mark("prepared");
            return ready;
        }
        finally
        {
            StartTicket.Withdraw(machine, epoch, _paths);
        }
    }

    /// <summary>
    /// Waits for the end of the incoming copy and takes it over, paused. Returned = complete, and safe from a restart of libvirtd. Not
    /// cancelled it may be called as soon as Prepare has returned: it waits for QEMU. It needs no cookie, so it also works when the source is dead.
    /// </summary>
    /// <param name="cancelled">Destroy what has arrived instead.</param>
    public async Task FinishAsync(string name, bool cancelled, TimeSpan deadline)
    {
        Times.Mark("finish");
        await _session.Call("migration step Finish", deadline, connection =>
        {
            using var parameters = new TypedParameters().Add("destination_name", name);
            MigrationCalls.Finish(connection, parameters, _options.TargetFlags, cancelled);
            Times.Mark("finished");
            return true;
        }).ConfigureAwait(false);
    }

    private MigrationReady Prepare(ConnectionHandle connection, string xml, byte[] cookie, string listenAddress)
    {
        var given = listenAddress.Contains(':', StringComparison.Ordinal) ? $"tcp://[{listenAddress}]" : $"tcp://{listenAddress}";
        using var parameters = new TypedParameters().Add("destination_xml", xml).Add("migrate_uri", given).Add("listen_address", listenAddress);
        var (uri, answer) = MigrationCalls.Prepare(connection, parameters, cookie, _options.TargetFlags);
        return new MigrationReady(uri ?? given, answer);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
