using System.Diagnostics;
using Holdfast.Adapters.Libvirt.Interop;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Libvirt.Pulse;

/// <summary>
/// Asks guest agents through libvirt, over a connection and threads of its own: libvirtd serves one client five calls at a time, and those that wait for
/// hung guests must not keep a start or a shutdown waiting.
/// </summary>
internal sealed class GuestAgents : IAsyncDisposable
{
    private const int AtOnce = 4;
    private const int AnswerSeconds = 2;

    /// <summary>An error that comes later than this came after the wait: libvirt counts its limit in whole milliseconds of the wall clock.</summary>
    private static readonly TimeSpan Waited = TimeSpan.FromSeconds(AnswerSeconds - 0.1);

    /// <summary>For a place, and for the connection when the first machine is asked.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>
    /// Far above what libvirt takes: it first agrees anew with an agent that it has asked in vain, and that for 5 s whatever limit the command has. Its
    /// own limit could be set, but then for all who use the agent, and freezing a file system for a backup may take longer.
    /// </summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(12);

    private readonly SemaphoreSlim _places = new(AtOnce, AtOnce);
    private readonly Lazy<LibvirtConnection> _connection;

    internal GuestAgents(string uri) => _connection = new Lazy<LibvirtConnection>(() =>
    {
        var connection = new LibvirtConnection(new CallThreads(AtOnce, 2 * AtOnce), uri);
        connection.Start();
        return connection;
    });

    /// <summary>The agent's answer to a command, or null: there was none, or it was an error.</summary>
    /// <param name="seconds">How long libvirt waits for it.</param>
    internal async Task<string?> CommandAsync(Guid machine, string command, int seconds)
    {
        if (!await _places.WaitAsync(Patience).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            return await _connection.Value.WaitConnectedAsync(Patience).ConfigureAwait(false)
                ? await _connection.Value.CallDomain("asking a guest agent", machine, Deadline, domain => LibvirtNative.TakeString(LibvirtQemu.virDomainQemuAgentCommand(domain, command, seconds, 0))).ConfigureAwait(false)
                : null;
        }
        catch (Exception ours) when (ours is LibvirtException or DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>What the machine's agent says now. Only an agent that libvirt has asked in vain is silent; whatever this host is to blame for is unknown.</summary>
    internal async Task<GuestAgentSign> PingAsync(Guid machine)
    {
        if (!await _places.WaitAsync(Patience).ConfigureAwait(false))
        {
            return GuestAgentSign.Unknown;
        }

        try
        {
            return await _connection.Value.WaitConnectedAsync(Patience).ConfigureAwait(false)
                ? await _connection.Value.CallDomain("asking a guest agent", machine, Deadline, Ping).ConfigureAwait(false)
                : GuestAgentSign.Unknown;
        }
        catch (Exception ours) when (ours is LibvirtException or DllNotFoundException or EntryPointNotFoundException)
        {
            return GuestAgentSign.Unknown;
        }
        finally
        {
            _places.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated)
        {
            await _connection.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static GuestAgentSign Ping(DomainHandle domain)
    {
        var begun = Stopwatch.GetTimestamp();
        var answer = LibvirtNative.TakeString(LibvirtQemu.virDomainQemuAgentCommand(domain, """{"execute":"guest-ping"}""", AnswerSeconds, 0));
        return answer is not null ? GuestAgentSign.Answers : Judge(LibvirtNative.virGetLastErrorCode(), Stopwatch.GetElapsedTime(begun));
    }

    // virterror.h: 86 AGENT_UNRESPONSIVE. libvirt says it at once when it has no connection to the agent's socket itself; only the one that comes after
    // the wait is about the guest.
    internal static GuestAgentSign Judge(int code, TimeSpan took) => code == 86 && took >= Waited ? GuestAgentSign.Silent : GuestAgentSign.Unknown;
}
