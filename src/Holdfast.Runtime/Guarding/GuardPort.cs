using Holdfast.Core.Guarding;
using Holdfast.Runtime.Ports;

namespace Holdfast.Runtime.Guarding;

/// <summary>The guard as the driver's port, over <see cref="GuardClient"/>. A lost line is reported, and ends an order as not known to be done.</summary>
public sealed class GuardPort : IGuardPort, IDisposable
{
    private readonly GuardClient client;

    public GuardPort(string socket) => client = new(socket, report => Reported?.Invoke(report), connected =>
    {
        if (!connected)
        {
            Reported?.Invoke(null);
        }
    });

    public Action<GuardReport?>? Reported { get; set; }

    public void Order(GuardOrder order, Action<string?> done) =>
        client.Send(order, answer => done(answer is null ? "the guard does not answer" : answer.Refusal));

    public void Dispose() => client.Dispose();
}
