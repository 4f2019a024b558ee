using System.Collections.Concurrent;
using Holdfast.Adapters.Network;

namespace Holdfast.Daemon.Tests.Hosting;

/// <summary>A guest network on which a test says who answers.</summary>
internal sealed class FakeArp : IArpPort
{
    public const string OwnMac = "02:00:00:00:00:99";

    public event Action<ArpFrame>? Heard;

    public string? Mac { get; set; } = OwnMac;

    public ConcurrentQueue<ArpFrame> Sent { get; } = [];

    /// <summary>Answers each frame that is sent; null: nobody does.</summary>
    public Func<ArpFrame, ArpFrame?> Answer { get; set; } = _ => null;

    public bool Send(ArpFrame frame)
    {
        Sent.Enqueue(frame);
        if (Answer(frame) is { } answer)
        {
            Hear(answer);
        }

        return true;
    }

    public void Hear(ArpFrame frame) => Heard?.Invoke(frame);

    /// <summary>A device's reply to whoever asked.</summary>
    public static ArpFrame Reply(string mac, string ip) => new(true, mac, ip, OwnMac, "0.0.0.0");
}
