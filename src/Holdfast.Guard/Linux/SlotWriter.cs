using System.Runtime.InteropServices;
using Holdfast.Core.Leases;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Linux;

/// <summary>
/// The I/O thread of one slot. It opens, writes and closes; any of these may hang for ever on a dead store, and then only this thread does.
/// The core gives it one write at a time.
/// </summary>
internal sealed unsafe class SlotWriter
{
    private readonly AutoResetEvent _given = new(false);
    private readonly Action<GuardInput> _post;
    private readonly GuardLock _lock;
    private readonly byte* _block = (byte*)NativeMemory.AlignedAlloc(HeartbeatBlock.Length, HeartbeatBlock.Length);
    private volatile GuardAction.Renew? _next;
    private volatile bool _retired;
    private int _file = -1;

    public SlotWriter(GuardLock guardLock, Action<GuardInput> post)
    {
        (_lock, _post) = (guardLock, post);
        RealTime.Start("slot", Run, priority: 10);
    }

    public void Give(GuardAction.Renew renewal)
    {
        _next = renewal;
        _given.Set();
    }

    public void Retire()
    {
        _retired = true;
        _given.Set();
    }

    private void Run()
    {
        while (true)
        {
            _given.WaitOne();
            if (Interlocked.Exchange(ref _next, null) is { } renewal)
            {
                _post(new GuardInput.Renewed(renewal.SlotKey, renewal.Token, Write(renewal)));
            }

            if (_retired)
            {
                CloseFile();
                NativeMemory.AlignedFree(_block);
                return;
            }
        }
    }

    /// <summary>Null, or why the block is not on the store.</summary>
    private string? Write(GuardAction.Renew renewal)
    {
        // Safety: a write of the guard before this one may still be in flight (DESIGN §3, rule 3); its end frees the lock.
        _lock.Wait();
        var area = renewal.Area;
        if (_file < 0)
        {
            _file = Native.Open(area.SlotFile, Native.OpenReadWrite | Native.OpenDirect | Native.OpenDataSync | Native.OpenCloseOnExec, 0);
            if (_file < 0)
            {
                return $"{area.SlotFile} cannot be opened: {Reason()}";
            }
        }

        var heartbeat = new HeartbeatBlock(
            new(area.Slot), new(renewal.Incarnation), area.BootId, renewal.Counter, renewal.Flags, renewal.Note.Reach, renewal.Note.FreeMemoryMiB, renewal.Note.FreeCpuPercent);
        heartbeat.Encode(new(new(area.AreaId), new(area.ClusterId)), new(_block, HeartbeatBlock.Length));
        var written = Native.WriteAt(_file, _block, HeartbeatBlock.Length, area.Offset);
        if (written == HeartbeatBlock.Length)
        {
            return null;
        }

        var error = $"{area.SlotFile} cannot be written: {(written < 0 ? Reason() : "only a part was written")}";
        // A stale file handle stays stale; the next renewal opens the file anew.
        CloseFile();
        return error;
    }

    private static string Reason() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    private void CloseFile()
    {
        if (_file >= 0)
        {
            Native.Close(_file);
            _file = -1;
        }
    }
}
