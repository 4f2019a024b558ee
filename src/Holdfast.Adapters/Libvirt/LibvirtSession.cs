using Holdfast.Adapters.Libvirt.Interop;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// One connection to libvirtd, from its opening to its end; it never reconnects. Whoever needs the connection itself to live on
/// (a migration's two sides: libvirtd ties the job to it) holds one of these; everybody else uses <see cref="LibvirtConnection"/>.
/// </summary>
internal sealed class LibvirtSession : IAsyncDisposable
{
    private readonly CallThreads _threads;
    private readonly ConnectionHandle _handle;
    private readonly EventSubscription? _events;
    private int _hung;
    private int _disposed;

    private LibvirtSession(CallThreads threads, ConnectionHandle handle, EventSubscription? events)
    {
        _threads = threads;
        _handle = handle;
        _events = events;
    }

    /// <summary>Calls on this connection that missed their deadline. libvirtd serves only five at a time for one client.</summary>
    internal int Hung => Volatile.Read(ref _hung);

    /// <summary>Opens a connection; with <paramref name="sink"/> it also has keepalives and reports events and its own end there.</summary>
    internal static async Task<LibvirtSession> OpenAsync(CallThreads threads, string uri, TimeSpan deadline, Action<LibvirtEvent>? sink = null)
    {
        var claim = new OpeningClaim();
        try
        {
            return await threads.Run($"connecting to {uri}", deadline, () =>
            {
                var session = Open(threads, uri, sink);
                claim.Opened(session);
                return session;
            }).ConfigureAwait(false);
        }
        catch (LibvirtException failure) when (failure.Failure == LibvirtFailure.TimedOut)
        {
            claim.GivenUp();
            throw;
        }
    }

    /// <summary>A session that never was connected.</summary>
    internal static LibvirtSession Unconnected(CallThreads threads)
    {
        EventLoop.EnsureStarted();
        return new LibvirtSession(threads, new ConnectionHandle(), null);
    }

    /// <summary>Runs a call on this connection, with a deadline.</summary>
    internal async Task<T> Call<T>(string what, TimeSpan deadline, Func<ConnectionHandle, T> call)
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new LibvirtException(LibvirtFailure.Disconnected, $"libvirt: {what} not tried: the connection to libvirtd is closed");
        }

        try
        {
            return await _threads.Run(what, deadline, () => call(_handle)).ConfigureAwait(false);
        }
        catch (LibvirtException failure) when (failure.Failure == LibvirtFailure.TimedOut)
        {
            Interlocked.Increment(ref _hung);
            throw;
        }
    }

    /// <summary>As <see cref="Call{T}"/>, for a call on one domain.</summary>
    internal Task<T> CallDomain<T>(string what, Guid machine, TimeSpan deadline, Func<DomainHandle, T> call) => Call(what, deadline, connection =>
    {
        using var domain = Lookup(connection, machine, what);
        return call(domain);
    });

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        try
        {
            await _threads.Run("closing the connection", TimeSpan.FromSeconds(2), () =>
            {
                Close();
                return 0;
            }).ConfigureAwait(false);
        }
        catch (LibvirtException)
        {
            // A hung close is counted by the threads and ends when libvirtd does; the caller has no use for it.
        }
    }

    internal static DomainHandle Lookup(ConnectionHandle connection, Guid machine, string what)
    {
        var domain = LibvirtNative.virDomainLookupByUUIDString(connection, machine.ToString("D"));
        return domain.IsInvalid ? throw LibvirtException.FromLastError(what) : domain;
    }

    private static LibvirtSession Open(CallThreads threads, string uri, Action<LibvirtEvent>? sink)
    {
        EventLoop.EnsureStarted();
        var handle = LibvirtNative.virConnectOpen(uri);
        if (handle.IsInvalid)
        {
            var failure = LibvirtException.FromLastError($"connecting to {uri}");
            // Code 38 here is "cannot connect to socket": as good as no connection.
            throw failure.Code == 38 ? new LibvirtException(LibvirtFailure.Disconnected, failure.Message, failure.Code) : failure;
        }

        try
        {
            var events = sink is null ? null : EventSubscription.Register(handle, sink);
            return new LibvirtSession(threads, handle, events);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Close()
    {
        // Registered callbacks hold references: without taking them back the socket would stay open.
        _events?.Unregister(_handle);
        _handle.Dispose();
    }

    /// <summary>Decides who closes a session whose opening took longer than the caller waited.</summary>
    private sealed class OpeningClaim
    {
        private readonly Lock _gate = new();
        private LibvirtSession? _session;
        private bool _givenUp;

        internal void Opened(LibvirtSession session)
        {
            lock (_gate)
            {
                _session = session;
                if (!_givenUp)
                {
                    return;
                }
            }

            session.Close();
        }

        internal void GivenUp()
        {
            lock (_gate)
            {
                _givenUp = true;
            }

            if (_session is { } late)
            {
                _ = late.DisposeAsync().AsTask();
            }
        }
    }
}
