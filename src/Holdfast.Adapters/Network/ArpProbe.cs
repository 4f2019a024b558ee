namespace Holdfast.Adapters.Network;

/// <summary>
/// Asks a network whether somebody has an address already, as RFC 5227 has a device ask before it uses one, only faster: it is a person who waits, and a device
/// that answers late is found by the watch (docs/adr/0008).
/// </summary>
public sealed class ArpProbe(IArpPort port)
{
    private const int Times = 3;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    /// <summary>How long nobody's answer takes.</summary>
    public static TimeSpan Limit => Every * Times;

    /// <summary>Who says that it has one of these addresses: the first of them, or null when nobody does in time, or when the network cannot be asked.</summary>
    /// <param name="except">A MAC address whose answer is none.</param>
    public async Task<(string Ip, string Mac)?> AskAsync(IReadOnlyCollection<string> ips, string? except = null)
    {
        var answer = new TaskCompletionSource<(string Ip, string Mac)>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Note(ArpFrame frame)
        {
            if (frame.IsClaim && ips.Contains(frame.SenderIp) && frame.SenderMac != except)
            {
                answer.TrySetResult((frame.SenderIp, frame.SenderMac));
            }
        }

        port.Heard += Note;
        try
        {
            for (var n = 0; n < Times && !answer.Task.IsCompleted && port.Mac is { } own; n++)
            {
                foreach (var ip in ips)
                {
                    port.Send(ArpFrame.Probe(own, ip));
                }

                await Task.WhenAny(answer.Task, Task.Delay(Every));
            }
        }
        finally
        {
            port.Heard -= Note;
        }

        return answer.Task.IsCompletedSuccessfully ? answer.Task.Result : null;
    }
}
