using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Libvirt;

/// <summary>A QEMU process this agent holds on to: the process and its QMP connection.</summary>
internal sealed class AttachedMachine(QemuProcess qemu, string socket, Action<QmpEvent> onEvent) : IDisposable
{
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private QmpClient? _qmp;

    internal QemuProcess Qemu { get; } = qemu;

    /// <summary>It came by a migration that is still open here until it first continues.</summary>
    internal bool Arrived { get; set; }

    /// <summary>Times of the move it came by, while that is being measured.</summary>
    internal Migration.StepTimes? Times { get; set; }

    /// <summary>The QMP connection if there is one now.</summary>
    internal QmpClient? QmpNow => _qmp is { IsClosed: false } open ? open : null;

    /// <summary>The QMP connection, opened (again) where needed.</summary>
    internal async Task<QmpClient> QmpAsync(TimeSpan deadline)
    {
        if (QmpNow is { } open)
        {
            return open;
        }

        if (!await _connecting.WaitAsync(deadline).ConfigureAwait(false))
        {
            throw new QmpException(QmpFailure.TimedOut, $"no QMP connection to {Qemu.Name}: another attempt still waits for QEMU's greeting");
        }

        try
        {
            if (QmpNow is { } meanwhile)
            {
                return meanwhile;
            }

            _qmp?.Dispose();
            _qmp = await QmpClient.ConnectAsync(socket, deadline, onEvent).ConfigureAwait(false);
            return _qmp;
        }
        finally
        {
            _connecting.Release();
        }
    }

    public void Dispose() => _qmp?.Dispose();
}
