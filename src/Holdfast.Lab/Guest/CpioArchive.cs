using System.Globalization;
using System.Text;

namespace Holdfast.Lab.Guest;

/// <summary>Writes an initramfs: the "newc" format of the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.</summary>
internal sealed class CpioArchive(Stream to)
{
    private const int Folder = 0x41ED;       // drwxr-xr-x
    private const int Program = 0x81ED;      // -rwxr-xr-x
    private int inode;

    internal void AddFolder(string name) => Add(name, Folder, []);

    internal void AddFile(string name, ReadOnlySpan<byte> content) => Add(name, Program, content);

    internal void End() => Add("TRAILER!!!", 0, []);

    private void Add(string name, int mode, ReadOnlySpan<byte> content)
    {
        var header = new StringBuilder("070701");
        foreach (var field in new[] { ++inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0 })
        {
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        Write(Encoding.ASCII.GetBytes(header.Append(name).Append('\0').ToString()));
        Write(content);
    }

    // Header with name, and content, each end on a multiple of four; the header's 110 bytes and the archive's own start are counted together.
    private void Write(ReadOnlySpan<byte> bytes)
    {
        to.Write(bytes);
        written += bytes.Length;
        while (written % 4 != 0)
        {
            to.WriteByte(0);
            written++;
        }
    }

    private long written;
}
