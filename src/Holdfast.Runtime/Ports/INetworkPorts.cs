using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Runtime.Ports;

/// <summary>Heartbeats: fire and forget, authenticated with the cluster's secret; anything that does not verify is dropped and counted.</summary>
public interface IHeartbeatPort
{
    /// <summary>Send one heartbeat to <paramref name="toSlot"/> on the network that it names. Never blocks, never throws.</summary>
    void Send(int toSlot, Heartbeat heartbeat);

    /// <summary>Set once before the first send. Called from any thread, with the moment at which the heartbeat came in.</summary>
    Action<Heartbeat, Moment>? Heard { get; set; }

    /// <summary>Send one probe of full size, unfragmented or not at all. Never blocks, never throws.</summary>
    void Probe(int toSlot, MtuProbe probe);

    /// <summary>Set once before the first send. Called from any thread.</summary>
    Action<MtuProbe>? Probed { get; set; }
}

/// <summary>Messages about moves, and what the paths between agents carry. <paramref name="done"/> is called exactly once within a limit: null = the peer's agent took it, else why not.</summary>
public interface IPeerPort
{
    void Send(int toSlot, PeerMessage message, Action<string?> done);

    /// <summary>
    /// Measures what one network carries from here to a peer, with a few MiB and for a second at most. <paramref name="done"/> is called exactly once within a limit: MiB/s, or why it is not known.
    /// </summary>
    void Measure(int toSlot, string network, Action<double?, string?> done);

    /// <summary>Set once before the first send. Called from any thread.</summary>
    Action<PeerMessage>? Received { get; set; }
}

/// <summary>Power or path of a host, through one of its fence devices (by level, from 0).</summary>
public interface IFencePort
{
    /// <summary><paramref name="done"/> exactly once within a limit: null = confirmed off, else why not.</summary>
    void Off(string host, int level, Action<string?> done);

    /// <summary>Asks for the state of the plug and changes nothing. <paramref name="done"/> exactly once within a limit: null = it said on or off, else why it did not.</summary>
    void Test(string host, int level, Action<string?> done);
}
