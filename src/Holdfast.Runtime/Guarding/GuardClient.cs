using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Holdfast.Core.Guarding;

namespace Holdfast.Runtime.Guarding;

/// <summary>
/// The agent's line to its guard. Connects by itself, again and again; sends orders and hands each one's answer to its callback, or null when
/// the line broke or the limit passed (the order may then have been obeyed or not: look at the next report). A line on which a limit passed
/// is given up, as a killed guard whose last write hangs never closes it; so send a <see cref="Report"/> regularly. Callbacks come from this
/// client's own threads, one at a time per thread, and must not block: post an input and return.
/// </summary>
public sealed class GuardClient : IDisposable
{
    /// <summary>The limit of an order that names none.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(2);

    private const int LongestLine = 1 << 24;
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(100);
    private readonly string _path;
    private readonly Action<GuardReport> _reported;
    private readonly Action<bool>? _connectedChanged;
    private readonly Dictionary<long, (Action<GuardAnswer?> Done, long End)> _open = [];
    private readonly Lock _gate = new();
    private readonly Lock _sending = new();
    private readonly ManualResetEventSlim _disposed = new(initialState: false, spinCount: 0);
    private Socket? _socket;
    private long _id;

    /// <param name="path">The guard's unix socket.</param>
    /// <param name="reported">Every report, in the guard's order.</param>
    /// <param name="connectedChanged">True after each connect, false after each loss.</param>
    public GuardClient(string path, Action<GuardReport> reported, Action<bool>? connectedChanged = null)
    {
        (_path, _reported, _connectedChanged) = (path, reported, connectedChanged);
        new Thread(Read) { IsBackground = true, Name = "guard-reader" }.Start();
        new Thread(WatchLimits) { IsBackground = true, Name = "guard-limits" }.Start();
    }

    public bool IsConnected => Volatile.Read(ref _socket) is not null;

    /// <summary>Sends the order (its <see cref="GuardOrder.Id"/> is set here). <paramref name="done"/> is called exactly once.</summary>
    public void Send(GuardOrder order, Action<GuardAnswer?> done, TimeSpan? limit = null)
    {
        long id;
        Socket? socket;
        lock (_gate)
        {
            id = ++_id;
            socket = _disposed.IsSet ? null : _socket;
            if (socket is not null)
            {
                _open[id] = (done, Stopwatch.GetTimestamp() + (long)((limit ?? DefaultLimit).TotalSeconds * Stopwatch.Frequency));
            }
        }

        if (socket is null)
        {
            done(null);
            return;
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(order with { Id = id }, GuardCodec.Default.GuardOrder);
        var line = new byte[text.Length + 1];
        text.CopyTo(line, 0);
        line[^1] = (byte)'\n';
        try
        {
            lock (_sending)
            {
                for (var sent = 0; sent < line.Length;)
                {
                    sent += socket.Send(line.AsSpan(sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // A part of a line may be out, so the line is of no use any more; the reader sees its end and answers what is open.
            Break(socket);
        }
    }

    public void Dispose()
    {
        _disposed.Set();
        if (Volatile.Read(ref _socket) is { } socket)
        {
            Break(socket);
        }
    }

    private static void Break(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Read()
    {
        while (!_disposed.IsSet)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = 500 };
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(_path));
            }
            catch (SocketException)
            {
                _disposed.Wait(ReconnectPause);
                continue;
            }

            Volatile.Write(ref _socket, socket);
            _connectedChanged?.Invoke(true);
            ReadLines(socket);
            FailAll();
            _connectedChanged?.Invoke(false);
            _disposed.Wait(ReconnectPause);
        }
    }

    private void ReadLines(Socket socket)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        try
        {
            while (!_disposed.IsSet && socket.Receive(buffer.AsSpan(length)) is > 0 and var got)
            {
                length += got;
                var done = 0;
                while (buffer.AsSpan(done, length - done).IndexOf((byte)'\n') is >= 0 and var end)
                {
                    Take(JsonSerializer.Deserialize(buffer.AsSpan(done, end), GuardCodec.Default.GuardMessage));
                    done += end + 1;
                }

                buffer.AsSpan(done, length - done).CopyTo(buffer);
                length -= done;
                if (length == buffer.Length)
                {
                    if (length >= LongestLine)
                    {
                        return;
                    }

                    Array.Resize(ref buffer, length * 2);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or JsonException)
        {
            // A guard that ended, or one of another version: connect again.
        }
    }

    private void Take(GuardMessage? message)
    {
        switch (message)
        {
            case GuardReport report:
                _reported(report);
                break;
            case GuardAnswer answer:
                Action<GuardAnswer?>? done = null;
                lock (_gate)
                {
                    if (_open.Remove(answer.Id, out var order))
                    {
                        done = order.Done;
                    }
                }

                done?.Invoke(answer);
                break;
        }
    }

    private void FailAll()
    {
        Action<GuardAnswer?>[] lost;
        lock (_gate)
        {
            _socket = null;
            lost = [.. _open.Values.Select(o => o.Done)];
            _open.Clear();
        }

        foreach (var done in lost)
        {
            done(null);
        }
    }

    private void WatchLimits()
    {
        while (!_disposed.Wait(100))
        {
            Action<GuardAnswer?>[] late = [];
            Socket? silent = null;
            lock (_gate)
            {
                var now = Stopwatch.GetTimestamp();
                if (_open.Values.Any(o => o.End <= now))
                {
                    var ids = _open.Where(o => o.Value.End <= now).Select(o => o.Key).ToArray();
                    late = [.. ids.Select(i => _open[i].Done)];
                    silent = _socket;
                    foreach (var id in ids)
                    {
                        _open.Remove(id);
                    }
                }
            }

            foreach (var done in late)
            {
                done(null);
            }

            // A guard that was killed while its write hangs keeps its end of the line open; its successor listens already.
            if (silent is not null)
            {
                Break(silent);
            }
        }
    }
}
