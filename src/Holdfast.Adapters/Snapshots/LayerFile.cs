using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Core.Storage;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Adapters.Snapshots;

/// <summary>Looks at one file of a machine's disk; nothing here writes.</summary>
internal static class LayerFile
{
    /// <summary>A file of up to this is summed whole.</summary>
    private const long Whole = 16 << 20;
    private const int Pieces = 64, Piece = 64 << 10;

    /// <summary>What a file is now. A large one is summed in pieces spread over it, its beginning and its end among them: a start must not wait until a terabyte is read.</summary>
    public static LayerSeal Seal(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = RandomAccess.GetLength(handle);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (bytes <= Whole)
        {
            Add(sum, handle, 0, bytes);
            return new(bytes, $"sha256:{Hex(sum)}");
        }

        for (var n = 0; n < Pieces; n++)
        {
            Add(sum, handle, (bytes - Piece) / (Pieces - 1) * n, Piece);
        }

        Add(sum, handle, bytes - Piece, Piece);
        return new(bytes, $"sha256-{Pieces}x{Piece >> 10}KiB:{Hex(sum)}");
    }

    /// <summary>Size in bytes of the disk that a file holds.</summary>
    public static long DiskBytes(string file, string format)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return format == ImageFormat.Raw ? RandomAccess.GetLength(handle) : BinaryPrimitives.ReadInt64BigEndian(Header(handle, file).AsSpan(24));
    }

    /// <summary>The file that a qcow2 file says it lies on; null: none.</summary>
    public static string? Backing(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = Header(handle, file);
        var (offset, length) = (BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(8)), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(16)));
        if (offset == 0)
        {
            return null;
        }

        // qcow2's specification: at most 1,023 bytes.
        if (offset < 0 || length is < 1 or > 1023)
        {
            throw NoQcow2(file);
        }

        var name = new byte[length];
        return RandomAccess.Read(handle, name, offset) == length ? Encoding.UTF8.GetString(name) : throw NoQcow2(file);
    }

    private static byte[] Header(SafeFileHandle handle, string file)
    {
        var header = new byte[72];
        return RandomAccess.Read(handle, header, 0) == header.Length && header.AsSpan().StartsWith("QFI"u8) && header[3] == 0xfb ? header : throw NoQcow2(file);
    }

    private static ChainException NoQcow2(string file) => new($"{file} is no qcow2 file any more; put it back from a backup of the datastore.");

    private static void Add(IncrementalHash sum, SafeFileHandle handle, long from, long length)
    {
        var buffer = new byte[Math.Min(length, 1 << 20)];
        for (var at = 0L; at < length;)
        {
            var read = RandomAccess.Read(handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - at)), from + at);
            if (read == 0)
            {
                return;
            }

            sum.AppendData(buffer.AsSpan(0, read));
            at += read;
        }
    }

    private static string Hex(IncrementalHash sum) => Convert.ToHexStringLower(sum.GetHashAndReset());
}
