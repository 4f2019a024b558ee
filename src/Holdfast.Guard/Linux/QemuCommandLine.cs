using System.Text;

namespace Holdfast.Guard.Linux;

/// <summary>What a process' name and command line say about the machine that it runs.</summary>
/// <param name="IsGuest">False for what runs no guest: libvirt's probes (<c>-S -nodefaults -machine none</c>), a question for help or the version.</param>
/// <param name="Machine">Its <c>-uuid</c>; null for a guest that somebody started without one.</param>
internal readonly record struct QemuCommandLine(bool IsGuest, Guid? Machine)
{
    /// <summary>The names of QEMU's system emulators: Debian's, Red Hat's, and the one with libvirt's <c>set_process_name</c>.</summary>
    public static bool IsQemu(string name) =>
        name.StartsWith("qemu-system", StringComparison.Ordinal) || name.StartsWith("qemu-kvm", StringComparison.Ordinal) || name.StartsWith("qemu:", StringComparison.Ordinal);

    public static QemuCommandLine Parse(ReadOnlySpan<byte> commandLine)
    {
        var words = Encoding.UTF8.GetString(commandLine).TrimEnd('\0').Split('\0');
        Guid? machine = null;
        var (halted, bare, none, question) = (false, false, false, false);
        for (var i = 1; i < words.Length; i++)
        {
            var option = words[i].StartsWith("--", StringComparison.Ordinal) ? words[i][1..] : words[i];
            var value = i + 1 < words.Length ? words[i + 1] : "";
            switch (option)
            {
                case "-uuid" when Guid.TryParse(value, out var id): machine = id; break;
                case "-S": halted = true; break;
                case "-nodefaults": bare = true; break;
                case "-machine" or "-M": none |= value.Split(',').Any(part => part is "none" or "type=none"); break;
                case "-version" or "-help" or "-h" or "help": question = true; break;
            }
        }

        return new(machine is not null || !(question || (halted && bare && none)), machine);
    }
}
