using Holdfast.Adapters.Libvirt.Interop;

namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>What Begin gives: the domain as the target shall define it, and the cookie for Prepare.</summary>
public sealed record MigrationOffer(string Xml, byte[] Cookie);

/// <summary>
/// The source's side of one live migration, on a connection of its own: Begin, Perform, Confirm (DESIGN §6, docs/design/migration.md). libvirtd ties the job
/// to the connection, so it stays open until the end; disposing of it in the middle aborts the job and the machine runs on.
/// </summary>
/// <remarks>Between "completed" and Confirm make no other libvirt call on this domain: calls queue there and fire later.</remarks>
public sealed class MigrationSource : IAsyncDisposable
{
    private readonly LibvirtSession _session;
    private readonly Guid _machine;
    private readonly MigrationOptions _options;

    private MigrationSource(LibvirtSession session, Guid machine, MigrationOptions options)
    {
        _session = session;
        _machine = machine;
        _options = options;
    }

    public StepTimes Times { get; } = new();

    public static async Task<MigrationSource> OpenAsync(CallThreads threads, string uri, Guid machine, MigrationOptions options, TimeSpan deadline) =>
        new(await LibvirtSession.OpenAsync(threads, uri, deadline).ConfigureAwait(false), machine, options);

    /// <summary>One without a connection: every call is refused by libvirt. For <see cref="HandOverWarmUp"/>.</summary>
    internal static MigrationSource Unconnected(CallThreads threads) => new(LibvirtSession.Unconnected(threads), Guid.Empty, new MigrationOptions());

    /// <summary>Opens the job on this host's libvirtd; the machine runs on.</summary>
    public Task<MigrationOffer> BeginAsync(TimeSpan deadline)
    {
        Times.Mark("begin");
        return _session.CallDomain("migration step Begin", _machine, deadline, domain =>
        {
            using var parameters = new TypedParameters();
            var (xml, cookie) = MigrationCalls.Begin(domain, parameters, _options.SourceFlags);
            return new MigrationOffer(xml, cookie);
        });
    }

    /// <summary>
    /// Copies the machine to where Prepare listens; returns when QEMU has completed it (the machine is then stopped here, complete there) or throws when it
    /// has not (it then runs on here, but look: <see cref="LibvirtException.OutcomeUnknown"/>).
    /// </summary>
    /// <param name="listenUri">Prepare's URI.</param>
    /// <param name="cookie">Prepare's cookie.</param>
    /// <param name="mostMiB">MiB/s that it may take of the path; 0: all.</param>
    public async Task PerformAsync(string listenUri, byte[] cookie, int mostMiB, TimeSpan deadline)
    {
        Times.Mark("perform");
        await _session.CallDomain("migration step Perform", _machine, deadline, domain =>
        {
            using var parameters = new TypedParameters().Add("migrate_uri", listenUri);
            if (mostMiB > 0)
            {
                parameters.Add("bandwidth", (ulong)mostMiB);
            }

            MigrationCalls.Perform(domain, parameters, cookie, _options.SourceFlags);
            Times.Mark("performed");
            return true;
        }).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the job. Not cancelled: libvirt ends its QEMU (kill it before, by pidfd). Cancelled: the machine stays and libvirt resumes it here,
    /// 7 ms later; thaw it first, a frozen QEMU does not answer.
    /// </summary>
    public async Task ConfirmAsync(bool cancelled, TimeSpan deadline)
    {
        try
        {
            await _session.CallDomain("migration step Confirm", _machine, deadline, domain =>
            {
                using var parameters = new TypedParameters();
                MigrationCalls.Confirm(domain, parameters, _options.SourceFlags, cancelled);
                return true;
            }).ConfigureAwait(false);
        }
        catch (LibvirtException failure) when (!cancelled && failure.Failure == LibvirtFailure.NoDomain)
        {
            // Its QEMU has been killed before, and libvirt has cleared the domain away already: what Confirm is for.
        }

        Times.Mark("confirmed");
    }

    /// <summary>Aborts while memory is being copied (5 ms; Perform then fails). Once the guest has stopped only QMP yank helps.</summary>
    public Task AbortAsync(TimeSpan deadline) => _session.CallDomain("aborting the migration", _machine, deadline, static domain =>
        LibvirtNative.virDomainAbortJob(domain) >= 0 ? true : throw LibvirtException.FromLastError("aborting the migration"));

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
