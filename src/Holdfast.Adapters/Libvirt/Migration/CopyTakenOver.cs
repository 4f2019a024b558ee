namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>
/// Sees that libvirt has taken an incoming copy over, some 20 ms before its Finish returns: the rest of Finish only sets migration parameters back, and
/// QEMU reads those byte by byte.
/// </summary>
/// <remarks>
/// libvirt's <c>qemuMigrationDstComplete</c> (src/qemu/qemu_migration.c, 9.0.0), reached when nothing can fail any more, holds the domain's lock while it queues the
/// event Suspended, saves the status and unties the copy from the connection; then it speaks to QEMU, which gives the lock up. So after the event any call that
/// takes that lock returns only when the copy is untied.
/// </remarks>
internal sealed class CopyTakenOver : IDisposable
{
    private readonly LibvirtConnection _connection;
    private readonly Guid _machine;
    private readonly StepTimes _times;
    private readonly TaskCompletionSource _suspended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>From now on: no event of the domain's is missed. Those from before QEMU's own "completed" in <paramref name="times"/> do not count.</summary>
    internal CopyTakenOver(LibvirtConnection connection, Guid machine, StepTimes times)
    {
        (_connection, _machine, _times) = (connection, machine, times);
        connection.EventReceived += Watch;
    }

    /// <summary>Ends when the copy is whole, paused, and bound to no connection any more, or with <paramref name="finish"/>, whatever is first.</summary>
    internal async Task OrAsync(Task finish, TimeSpan deadline)
    {
        var seen = SeenAsync(deadline);
        if (await Task.WhenAny(finish, seen).ConfigureAwait(false) == seen && seen.IsCompletedSuccessfully)
        {
            _ = finish.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return;
        }

        _suspended.TrySetCanceled();
        _ = seen.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        await finish.ConfigureAwait(false);
    }

    public void Dispose() => _connection.EventReceived -= Watch;

    private async Task SeenAsync(TimeSpan deadline)
    {
        await _suspended.Task.ConfigureAwait(false);

        // The look-up takes the domain's lock.
        await _connection.CallDomain("taking a domain's lock", _machine, deadline, static _ => true).ConfigureAwait(false);
    }

    private void Watch(LibvirtEvent happened)
    {
        if (happened is DomainLifecycle { Change: LifecycleChange.Suspended } change && change.Id == _machine && _times.At("completed") is not null)
        {
            _suspended.TrySetResult();
        }
    }
}
