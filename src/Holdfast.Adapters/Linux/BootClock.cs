using Holdfast.Core.Timing;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Linux;

/// <summary>CLOCK_BOOTTIME as the agent's clock.</summary>
public sealed class BootClock : IClock
{
    public Moment Now => new(BootTime.Nanoseconds / 100);
}
