using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Fencing;

/// <summary>A cluster without fence devices: every request is refused, and deaths are proven by the slots alone.</summary>
public sealed class NoFence : IFencePort
{
    public void Off(string host, Action<string?> done) => done($"No fence device is configured, so {host} cannot be switched off.");
}
