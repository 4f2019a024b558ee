using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Holdfast.Adapters.Libvirt.Qmp;

/// <summary>
/// Our own QMP connection to one QEMU process, beside libvirt's. One thread reads it with blocking calls, so that an event is stamped and
/// handed on within microseconds; commands may be sent from any thread, each with a deadline. Out-of-band commands are enabled, because
/// only those are answered while QEMU's main loop is stuck in a migration.
/// </summary>
public sealed class QmpClient : IDisposable
{
    private const int LargestLine = 16 << 20;

    private readonly Lock _sending = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TaskCompletionSource<QmpReply>> _pending = [];
    private readonly HashSet<long> _owed = [];
    private readonly Socket _socket;
    private readonly string _path;
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer = new byte[16 << 10];
    private RunRecord _run;
    private long _lastId;
    private string? _closed;
    private volatile bool _busy;

    private QmpClient(Socket socket, string path)
    {
        _socket = socket;
        _path = path;
    }

    /// <summary>Raised on the reading thread for every event, in order: subscribers must be quick, must not block and must not throw.</summary>
    public event Action<QmpEvent>? EventReceived;

    /// <summary>Raised once when the socket has ended, with the reason. The end of QEMU itself is proven by its pidfd, not by this.</summary>
    public event Action<string>? Closed;

    public bool IsClosed => Volatile.Read(ref _closed) is not null;

    /// <summary>What the events so far have said about the CPUs.</summary>
    public RunRecord Run
    {
        get
        {
            lock (_gate)
            {
                return _run;
            }
        }
    }

    /// <summary>
    /// QEMU owes the answer to a command whose deadline has passed. Who asks again and again asks nothing then: a QEMU that hangs reads nothing, and a full
    /// socket blocks its sender.
    /// </summary>
    public bool Owes
    {
        get
        {
            lock (_gate)
            {
                return _owed.Count > 0;
            }
        }
    }

    /// <summary>Connects and negotiates. <paramref name="onEvent"/> misses no event from the negotiation on.</summary>
    /// <exception cref="QmpException">No socket, no QEMU behind it, or no answer within the deadline (a QMP socket serves one client at a time).</exception>
    public static async Task<QmpClient> ConnectAsync(string path, TimeSpan deadline, Action<QmpEvent>? onEvent = null)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var client = new QmpClient(socket, path);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            client.EventReceived += onEvent;
            new Thread(client.Read) { IsBackground = true, Name = "qmp" }.Start();
            await client._greeted.Task.WaitAsync(deadline).ConfigureAwait(false);
            (await client.ExecuteAsync("qmp_capabilities", deadline, """{"enable":["oob"]}""").ConfigureAwait(false)).OrThrow("qmp_capabilities");
            return client;
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException or ArgumentException)
        {
            client.Dispose();
            throw new QmpException(failure is TimeoutException ? QmpFailure.TimedOut : QmpFailure.Closed, $"no QMP connection at {path}: {failure.Message}");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and waits for its answer; an answer that is an error is a reply too.</summary>
    /// <param name="arguments">The arguments as a JSON object.</param>
    /// <param name="outOfBand">Executed by QEMU's monitor thread at once, ahead of everything that waits.</param>
    public Task<QmpReply> ExecuteAsync(string command, TimeSpan deadline, string? arguments = null, bool outOfBand = false)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<QmpReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_closed is not null)
            {
                return Task.FromException<QmpReply>(new QmpException(QmpFailure.Closed, $"{command} not sent: the QMP connection at {_path} is closed ({_closed})"));
            }

            _pending.Add(id, answer);
        }

        try
        {
            Send(Format(command, arguments, id, outOfBand));
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The reading thread sees the same end and fails this command with the others.
        }

        return WithDeadline(command, id, answer.Task, deadline);
    }

    /// <summary>
    /// True when every byte that QEMU had written when this was called has been read and its events counted in <see cref="Run"/>.
    /// Spins: meant for the few microseconds after QEMU has been frozen.
    /// </summary>
    public bool Drained(TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        do
        {
            // Order matters: once nothing is left in the socket, the reader has marked itself busy before taking the last bytes.
            if (IsClosed || (Available() == 0 && !_busy))
            {
                return true;
            }

            Thread.SpinWait(20);
        }
        while (Stopwatch.GetElapsedTime(begun) < limit);
        return false;
    }

    public void Dispose()
    {
        End("closed by this agent");
        _socket.Dispose();
    }

    private static byte[] Format(string command, string? arguments, long id, bool outOfBand) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"{(outOfBand ? "exec-oob" : "execute")}\":\"{command}\",{(arguments is null ? "" : $"\"arguments\":{arguments},")}\"id\":{id}}}\r\n"));

    private async Task<QmpReply> WithDeadline(string command, long id, Task<QmpReply> answer, TimeSpan deadline)
    {
        try
        {
            return await answer.WaitAsync(deadline).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                if (_pending.Remove(id))
                {
                    _owed.Add(id);
                }
            }

            throw new QmpException(QmpFailure.TimedOut, $"QEMU gave no answer to {command} within {deadline.TotalSeconds:0.0##} s");
        }
    }

    private void Send(byte[] message)
    {
        lock (_sending)
        {
            var rest = message.AsSpan();
            while (!rest.IsEmpty)
            {
                rest = rest[_socket.Send(rest)..];
            }
        }
    }

    private int Available()
    {
        try
        {
            return _socket.Available;
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private void Read()
    {
        var reason = "QEMU closed it";
        try
        {
            var filled = 0;
            while (true)
            {
                // Waiting apart from reading: see Drained.
                _socket.Poll(-1, SelectMode.SelectRead);
                _busy = true;
                var count = _socket.Receive(_buffer.AsSpan(filled));
                var received = Stopwatch.GetTimestamp();
                if (count == 0)
                {
                    break;
                }

                filled = TakeLines(filled + count, received);
                _busy = false;
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or JsonException or InvalidOperationException)
        {
            reason = failure.Message;
        }

        End(reason);
        _busy = false;
    }

    private int TakeLines(int filled, long received)
    {
        var start = 0;
        while (true)
        {
            var length = _buffer.AsSpan(start, filled - start).IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            if (length > 1)
            {
                Take(_buffer.AsSpan(start, length), received);
            }

            start += length + 1;
        }

        _buffer.AsSpan(start, filled - start).CopyTo(_buffer);
        filled -= start;
        if (filled == _buffer.Length)
        {
            if (filled >= LargestLine)
            {
                throw new InvalidOperationException($"a QMP line is longer than {LargestLine} bytes");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return filled;
    }

    private void Take(ReadOnlySpan<byte> bytes, long received)
    {
        var line = QmpLine.Parse(bytes);
        switch (line.Kind)
        {
            case QmpLineKind.Event:
                Count(line.Event, received);
                EventReceived?.Invoke(new QmpEvent(line.Event, line.Name, line.Status, line.Value.ToArray(), received));
                break;
            case QmpLineKind.Reply:
                Answer(line, received);
                break;
            case QmpLineKind.Greeting:
                _greeted.TrySetResult();
                break;
            default:
                break;
        }
    }

    private void Count(QmpEventKind happened, long received)
    {
        lock (_gate)
        {
            _run = happened switch
            {
                QmpEventKind.Stop => _run with { Stops = _run.Stops + 1, LastStop = received, StoppedLast = true },
                QmpEventKind.Resume => _run with { Resumes = _run.Resumes + 1, LastResume = received, StoppedLast = false },
                _ => _run,
            };
        }
    }

    private void Answer(in QmpLine line, long received)
    {
        TaskCompletionSource<QmpReply>? waiting;
        lock (_gate)
        {
            _pending.Remove(line.Id, out waiting);
            _owed.Remove(line.Id);
        }

        waiting?.TrySetResult(new QmpReply(line.Error is null ? line.Value.ToArray() : default, line.Error, received));
    }

    private void End(string reason)
    {
        List<TaskCompletionSource<QmpReply>> waiting;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            Volatile.Write(ref _closed, reason);
            waiting = [.. _pending.Values];
            _pending.Clear();
        }

        var failure = new QmpException(QmpFailure.Closed, $"the QMP connection at {_path} has ended: {reason}");
        _greeted.TrySetException(failure);
        waiting.ForEach(one => one.TrySetException(failure));
        _ = _greeted.Task.Exception;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // Never connected, or ended by the other side.
        }

        Closed?.Invoke(reason);
    }
}
