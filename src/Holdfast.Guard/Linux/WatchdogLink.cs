using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Linux;

/// <summary>
/// The watchdog: a Linux device, or a stand-in behind a unix socket that speaks <c>arm MS</c> (answered <c>ok</c>), <c>pet</c> and
/// <c>disarm</c> in lines. Both go on counting when the guard is gone. Whether it may be petted is asked immediately before each petting.
/// </summary>
internal sealed unsafe class WatchdogLink(string path, Func<GuardInput, IReadOnlyList<GuardAction>> post)
{
    private const nuint SetTimeout = 0xC0045706;
    private const int Turn = 250;
    private readonly AutoResetEvent _bell = new(false);
    private readonly Lock _link = new();
    private Socket? _socket;
    private int _device = -1;
    private bool _ended;

    private bool IsOpen => _socket is not null || _device >= 0;

    public void Start() => RealTime.Start("watchdog", Run, priority: 20);

    public void Wake() => _bell.Set();

    /// <summary>Switches it off, as the last act of a guard that leaves nothing behind.</summary>
    public void Disarm()
    {
        lock (_link)
        {
            _ended = true;
            // A guard that has not reached it yet still ends the countdown that a former one left.
            if (IsOpen || Open())
            {
                Send(_device >= 0 ? "V" : "disarm\n");
                Close();
            }
        }
    }

    private void Run()
    {
        while (true)
        {
            lock (_link)
            {
                if (_ended)
                {
                    return;
                }

                if ((IsOpen || Open()) && !(IsAlive() && TakeTurn()))
                {
                    Close();
                    post(new GuardInput.WatchdogLost());
                }
            }

            _bell.WaitOne(Turn);
        }
    }

    private bool TakeTurn()
    {
        foreach (var action in post(new GuardInput.WatchdogTurn()))
        {
            switch (action)
            {
                case GuardAction.ArmWatchdog(var timeout) when Arm(timeout) is { } counts: post(new GuardInput.WatchdogArmed(counts)); break;
                case GuardAction.ArmWatchdog: return false;
                case GuardAction.PetWatchdog when !Send("pet\n"): return false;
            }
        }

        return true;
    }

    private bool Open()
    {
        if (File.Exists(path) && (File.GetAttributes(path) & FileAttributes.Device) != 0)
        {
            _device = Native.Open(path, Native.OpenWriteOnly | Native.OpenCloseOnExec, 0);
            return _device >= 0;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = Turn, ReceiveTimeout = Turn * 2 };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            _socket = socket;
            return true;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }
    }

    /// <summary>A stand-in that has closed the line is seen before the next petting would be lost in it.</summary>
    private bool IsAlive()
    {
        try
        {
            while (_socket is { } socket && socket.Poll(0, SelectMode.SelectRead))
            {
                if (socket.Receive(new byte[64]) == 0)
                {
                    return false;
                }
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The timeout that it really counts, or null when it did not take the order.</summary>
    private TimeSpan? Arm(TimeSpan timeout)
    {
        if (_device >= 0)
        {
            var seconds = (int)timeout.TotalSeconds;
            return Native.Control(_device, SetTimeout, &seconds) == 0 && Send("pet") ? TimeSpan.FromSeconds(seconds) : null;
        }

        if (!Send(string.Create(CultureInfo.InvariantCulture, $"arm {(long)timeout.TotalMilliseconds}\n")))
        {
            return null;
        }

        try
        {
            var answer = new byte[64];
            var length = _socket!.Receive(answer);
            return Encoding.ASCII.GetString(answer, 0, length).StartsWith("ok", StringComparison.Ordinal) ? timeout : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private bool Send(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (_device >= 0)
        {
            fixed (byte* start = bytes)
            {
                return Native.Write(_device, start, (nuint)bytes.Length) == bytes.Length;
            }
        }

        try
        {
            return _socket!.Send(bytes) == bytes.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
        if (_device >= 0)
        {
            Native.Close(_device);
            _device = -1;
        }
    }
}
