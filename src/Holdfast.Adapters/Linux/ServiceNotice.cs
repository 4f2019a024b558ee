using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Holdfast.Adapters.Linux;

/// <summary>
/// Tells the service manager how this process is: lines in a datagram to the socket that NOTIFY_SOCKET names (sd_notify(3)). Where nobody asks it does
/// nothing. Nothing in it waits: a word that the manager has no room for is lost, and the next one says the same.
/// </summary>
/// <param name="address">A path, or an abstract name that begins with '@'; null: nobody asks.</param>
/// <param name="watchdog">The manager ends this process when it hears no <see cref="Alive"/> for so long; null: it does not wait for any.</param>
public sealed class ServiceNotice(string? address, TimeSpan? watchdog) : IDisposable
{
    private readonly Socket? socket = address is not { Length: > 0 } ? null
        : new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };

    private readonly UnixDomainSocketEndPoint? manager = address is not { Length: > 0 } ? null
        : new(address[0] == '@' ? $"\0{address[1..]}" : address);

    public TimeSpan? Watchdog => watchdog;

    /// <summary>
    /// Of this process. The variables go with that: programs that it starts (etcd says READY=1 too) are not the service.
    /// </summary>
    public static ServiceNotice OfProcess()
    {
        var own = Take("WATCHDOG_PID") is not { } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var microseconds = long.TryParse(Take("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 && own ? n : 0;
        return new(Take("NOTIFY_SOCKET"), microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds) : null);
    }

    /// <summary>It does its work from now on.</summary>
    /// <param name="status">One line for people, shown by 'systemctl status'.</param>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status.ReplaceLineEndings(" ")}\n");

    public void Alive() => Send("WATCHDOG=1\n");

    public void Stopping() => Send("STOPPING=1\n");

    public void Dispose() => socket?.Dispose();

    private static string? Take(string variable)
    {
        var value = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, null);
        return value;
    }

    private void Send(string words)
    {
        try
        {
            socket?.SendTo(Encoding.UTF8.GetBytes(words), manager!);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Its queue is full, or it is gone; either way this process has its work to do.
        }
    }
}
