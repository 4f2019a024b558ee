using System.Net.Sockets;
using Holdfast.Core.Guarding;
using Holdfast.Daemon.Options;
using Holdfast.Runtime.Guarding;

namespace Holdfast.Daemon.Hosting;

/// <summary>Asks the guard for its state, by a line of its own. A guard has one agent, so this is for when none is connected.</summary>
internal static class GuardInquiry
{
    /// <returns>Null: no guard listens, or it has not answered within the limit.</returns>
    public static async Task<GuardReport?> AskAsync(string socket, TimeSpan limit)
    {
        if (!Listens(socket))
        {
            return null;
        }

        using var late = new CancellationTokenSource(limit);
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new TaskCompletionSource<GuardReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = new GuardClient(socket, report => said.TrySetResult(report), up =>
        {
            if (up)
            {
                connected.TrySetResult();
            }
        });
        try
        {
            await connected.Task.WaitAsync(late.Token);
            client.Send(new Report(), static _ => { }, limit);
            return await said.Task.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Known at once, so that an agent that starts before its guard does not wait for it.</summary>
    private static bool Listens(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Safety: this host tells the others that a watchdog resets it, so that its silence proves its death. With a guard that has none, two copies of a
    /// machine could run.
    /// </summary>
    /// <exception cref="InvalidOperationException">The guard that runs was started without the configured watchdog.</exception>
    public static async Task SameWatchdogAsync(DaemonOptions options, TimeSpan limit)
    {
        if (options.Watchdog is { } device && await AskAsync(options.GuardSocket, limit) is { Watchdog: "none" })
        {
            throw new InvalidOperationException($"watchdog is {device}, but the guard was started before without one; restart it with 'systemctl restart holdfast-guard', which machines survive.");
        }
    }
}
