using System.Diagnostics;
using Holdfast.Adapters.Libvirt.Interop;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// The agent's connection to its host's libvirtd. It opens itself again when it breaks, or when so many calls hang on it that libvirtd
/// would not take more from this client. Every call has a deadline and fails at once while there is no connection.
/// </summary>
public sealed class LibvirtConnection : IAsyncDisposable
{
    // libvirtd.conf max_client_requests defaults to 5: with four calls hanging the fifth is the last that is answered.
    private const int MaximumHungCalls = 4;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OpenDeadline = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private LibvirtSession? _session;
    private bool _opening;

    public LibvirtConnection(CallThreads threads, string uri = "qemu:///system")
    {
        Threads = threads;
        Uri = uri;
    }

    public CallThreads Threads { get; }

    public string Uri { get; }

    public bool IsConnected => Volatile.Read(ref _session) is not null;

    /// <summary>Why there is no connection, in words; null while there is one.</summary>
    public string? Trouble { get; private set; } = "not opened yet";

    /// <summary>Raised on libvirt's event thread or on the thread that reconnects: subscribers post and return, they never block or throw.</summary>
    public event Action<LibvirtEvent>? EventReceived;

    /// <summary>Begins to open the connection, and to keep it open; returns at once.</summary>
    public void Start() => Reopen();

    /// <summary>Waits until the connection is up, at most <paramref name="limit"/>; false when it is not.</summary>
    public async Task<bool> WaitConnectedAsync(TimeSpan limit)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Watch(LibvirtEvent happened)
        {
            if (happened is LibvirtConnected)
            {
                up.TrySetResult();
            }
        }

        EventReceived += Watch;
        try
        {
            return IsConnected || await Task.WhenAny(up.Task, Task.Delay(limit, _stop.Token)).ConfigureAwait(false) == up.Task;
        }
        finally
        {
            EventReceived -= Watch;
        }
    }

    /// <summary>Of the daemon's library.</summary>
    /// <exception cref="LibvirtException">It does not say it within the deadline.</exception>
    public Task<Version> VersionAsync(TimeSpan deadline) => Call("asking for its version", deadline, static connection =>
        LibvirtNative.virConnectGetLibVersion(connection, out var version) < 0 ? throw LibvirtException.FromLastError("asking for its version")
            : new Version((int)(version / 1_000_000), (int)(version / 1000 % 1000), (int)(version % 1000)));      // libvirt-host.h

    /// <summary>Ends the connection for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (Take(null) is { } session)
        {
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }

    internal async Task<T> Call<T>(string what, TimeSpan deadline, Func<ConnectionHandle, T> call)
    {
        var session = Current(what);
        try
        {
            return await session.Call(what, deadline, call).ConfigureAwait(false);
        }
        catch (LibvirtException failure) when (failure.Failure == LibvirtFailure.TimedOut && session.Hung >= MaximumHungCalls)
        {
            Drop(session, $"{session.Hung} calls hang on the connection");
            throw;
        }
    }

    internal Task<T> CallDomain<T>(string what, Guid machine, TimeSpan deadline, Func<DomainHandle, T> call) => Call(what, deadline, connection =>
    {
        using var domain = LibvirtSession.Lookup(connection, machine, what);
        return call(domain);
    });

    private LibvirtSession Current(string what) => Volatile.Read(ref _session)
        ?? throw new LibvirtException(LibvirtFailure.Disconnected, $"libvirt: {what} not tried: no connection to libvirtd ({Trouble})");

    private LibvirtSession? Take(LibvirtSession? expected)
    {
        lock (_gate)
        {
            var taken = _session;
            if (taken is null || (expected is not null && expected != taken))
            {
                return null;
            }

            _session = null;
            return taken;
        }
    }

    private void Drop(LibvirtSession? session, string reason)
    {
        if (Take(session) is not { } dropped)
        {
            return;
        }

        Trouble = reason;
        _ = dropped.DisposeAsync().AsTask();
        EventReceived?.Invoke(new LibvirtLost(reason, Stopwatch.GetTimestamp()));
        Reopen();
    }

    private void Reopen()
    {
        lock (_gate)
        {
            if (_opening || _stop.IsCancellationRequested)
            {
                return;
            }

            _opening = true;
        }

        _ = Task.Run(OpenUntilUp);
    }

    private async Task OpenUntilUp()
    {
        var pause = ShortestPause;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var life = new SessionLife(this);
                var session = await LibvirtSession.OpenAsync(Threads, Uri, OpenDeadline, life.Received).ConfigureAwait(false);
                lock (_gate)
                {
                    _session = session;
                    _opening = false;
                    Trouble = null;
                }

                if (_stop.IsCancellationRequested)
                {
                    // Disposed of meanwhile: nobody else will close it.
                    await DisposeAsync().ConfigureAwait(false);
                    return;
                }

                EventReceived?.Invoke(new LibvirtConnected(Stopwatch.GetTimestamp()));
                life.Begin(session);
                return;
            }
            catch (LibvirtException failure)
            {
                Trouble = failure.Message;
            }

            await Task.Delay(pause).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Ties a session's end to this connection, also when it ends before its opening has been noted.</summary>
    private sealed class SessionLife(LibvirtConnection owner)
    {
        private readonly Lock _gate = new();
        private LibvirtSession? _session;
        private string? _ended;

        internal void Received(LibvirtEvent happened)
        {
            if (happened is not LibvirtLost lost)
            {
                owner.EventReceived?.Invoke(happened);
                return;
            }

            lock (_gate)
            {
                _ended = lost.Reason;
                if (_session is null)
                {
                    return;
                }
            }

            owner.Drop(_session, lost.Reason);
        }

        internal void Begin(LibvirtSession session)
        {
            lock (_gate)
            {
                _session = session;
                if (_ended is null)
                {
                    return;
                }
            }

            owner.Drop(session, _ended);
        }
    }
}
