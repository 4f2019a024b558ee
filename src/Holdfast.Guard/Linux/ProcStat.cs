using System.Buffers.Text;
using System.Text;

namespace Holdfast.Guard.Linux;

/// <summary>What the guard needs of <c>/proc/PID/stat</c> (proc(5)).</summary>
internal readonly record struct ProcStat(string Name, char State, int Parent, bool IsKernelThread, ulong StartTime)
{
    private const uint KernelThread = 0x00200000;

    public static bool Read(string path, out ProcStat stat)
    {
        Span<byte> text = stackalloc byte[1024];
        var length = Native.ReadFile(path, text);
        return TryParse(length > 0 ? text[..length] : default, out stat);
    }

    /// <summary>The state letter alone, as that is read often. '?' when the thread is gone.</summary>
    public static char ReadState(string path)
    {
        Span<byte> text = stackalloc byte[256];
        var length = Native.ReadFile(path, text);
        var end = length > 0 ? text[..length].LastIndexOf((byte)')') : -1;
        return end < 0 || end + 2 >= length ? '?' : (char)text[end + 2];
    }

    /// <summary>The name may hold blanks and brackets, so the last closing bracket ends it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStat stat)
    {
        stat = default;
        var open = text.IndexOf((byte)'(');
        var close = text.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 >= text.Length)
        {
            return false;
        }

        var rest = text[(close + 2)..];
        var (parent, flags, start) = (0L, 0L, 0L);
        for (var field = 3; field <= 22 && !rest.IsEmpty; field++)
        {
            Utf8Parser.TryParse(rest, out long value, out _);
            switch (field)
            {
                case 4: parent = value; break;
                case 9: flags = value; break;
                case 22: start = value; break;
            }

            var blank = rest.IndexOf((byte)' ');
            rest = blank < 0 ? default : rest[(blank + 1)..];
        }

        stat = new(Encoding.UTF8.GetString(text[(open + 1)..close]), (char)text[close + 2], (int)parent, (flags & KernelThread) != 0, (ulong)start);
        return start > 0 || stat.IsKernelThread;
    }
}
