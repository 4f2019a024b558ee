namespace Holdfast.Adapters.Network;

/// <summary>
/// Lets each heartbeat pass once and in order, per network and sender. A boot id that was seen to be replaced never counts again, so a
/// recorded packet cannot make a dead host look alive to a host that has heard its next boot.
/// </summary>
internal sealed class ReplayFilter
{
    private const int Remembered = 32;
    private readonly Dictionary<(string Network, int Slot), Line> lines = [];

    public bool IsNew(string network, int slot, Guid bootId, TimeSpan uptime)
    {
        lock (lines)
        {
            if (!lines.TryGetValue((network, slot), out var line))
            {
                lines[(network, slot)] = new Line(bootId, uptime);
                return true;
            }

            if (line.BootId == bootId)
            {
                var newer = uptime > line.Uptime;
                line.Uptime = newer ? uptime : line.Uptime;
                return newer;
            }

            if (line.Retired.Contains(bootId))
            {
                return false;
            }

            line.Retired.Enqueue(line.BootId);
            while (line.Retired.Count > Remembered)
            {
                line.Retired.Dequeue();
            }

            (line.BootId, line.Uptime) = (bootId, uptime);
            return true;
        }
    }

    private sealed class Line(Guid bootId, TimeSpan uptime)
    {
        public Guid BootId { get; set; } = bootId;

        public TimeSpan Uptime { get; set; } = uptime;

        public Queue<Guid> Retired { get; } = new();
    }
}
