using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Guard.Linux;

/// <summary>
/// One guard per state file, and one writer: the lock ends with the last thread of the guard that holds it, thus only when a write that
/// hangs in the kernel has ended, although its process is dead.
/// </summary>
internal sealed unsafe class GuardLock
{
    private const int ExclusiveAtOnce = 2 | 4;
    private readonly int _file;
    private volatile bool _held;

    private GuardLock(int file) => _file = file;

    /// <summary>The lock, held or not yet, or why this guard must not start.</summary>
    public static GuardLock? Take(string path, out string? refusal)
    {
        var file = Native.Open(path, Native.OpenReadWrite | Native.OpenCreate | Native.OpenCloseOnExec, 0x180);
        if (file < 0)
        {
            refusal = $"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.";
            return null;
        }

        var taken = new GuardLock(file);
        taken.TryOnce();
        if (!taken._held && HolderOf(path) is var holder && holder != 0 && IsAlive(holder))
        {
            Native.Close(file);
            refusal = $"Another guard (process {holder}) runs with this state file; end it first.";
            return null;
        }

        refusal = null;
        return taken;
    }

    /// <summary>Returns when the lock is held: at once, or when the former guard's last write has ended.</summary>
    public void Wait()
    {
        while (!_held)
        {
            TryOnce();
            if (!_held)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static int HolderOf(string path)
    {
        Span<byte> content = stackalloc byte[16];
        var length = Native.ReadFile(path, content);
        return length > 0 && int.TryParse(content[..length], CultureInfo.InvariantCulture, out var pid) ? pid : 0;
    }

    private static bool IsAlive(int pid) => ProcStat.Read($"/proc/{pid}/stat", out var stat) && stat.State is not ('Z' or 'X');

    private void TryOnce()
    {
        lock (this)
        {
            if (_held || Native.Lock(_file, ExclusiveAtOnce) != 0)
            {
                return;
            }

            var pid = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture).PadRight(10));
            fixed (byte* start = pid)
            {
                Native.WriteAt(_file, start, (nuint)pid.Length, 0);
            }

            _held = true;
        }
    }
}
