using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Images;

/// <summary>A file that a new machine's first disk is copied from.</summary>
/// <param name="Bytes">Size of the disk that it holds, not of the file.</param>
public sealed record DiskImage(string File, string Format, long Bytes)
{
    private const int Head = 64 << 10;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>A damaged image is found before a machine is made of it; one of many GiB may take this long.</summary>
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(60);

    /// <summary>The first bytes of files that are no disks as they are, and what to do with each. Null: it may be told by a longer look.</summary>
    private static readonly (byte[] Magic, string Says)[] Others =
    [
        ("KDMV"u8.ToArray(), "is a VMware disk; convert it first with 'qemu-img convert -O qcow2'"),
        ("# Disk DescriptorFile"u8.ToArray(), "is the description of a VMware disk; convert that disk first with 'qemu-img convert -O qcow2'"),
        ("<<< "u8.ToArray(), "is a VirtualBox disk; convert it first with 'qemu-img convert -O qcow2'"),
        ("vhdxfile"u8.ToArray(), "is a Hyper-V disk; convert it first with 'qemu-img convert -O qcow2'"),
        ("conectix"u8.ToArray(), "is a VHD disk; convert it first with 'qemu-img convert -O qcow2'"),
        ([0x1f, 0x8b], "is compressed with gzip; unpack it first"),
        ([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "is compressed with xz; unpack it first"),
        ([0x28, 0xb5, 0x2f, 0xfd], "is compressed with zstd; unpack it first"),
        ([(byte)'B', (byte)'Z', (byte)'h'], "is compressed with bzip2; unpack it first"),
        ("PK\x3\x4"u8.ToArray(), "is a ZIP archive; unpack it first"),
        ("<!DOCTYPE"u8.ToArray(), "is a web page and no disk; fetch the image again"),
        ("<html"u8.ToArray(), "is a web page and no disk; fetch the image again"),
        ([0x7f, (byte)'E', (byte)'L', (byte)'F'], "is a program and no disk"),
    ];

    /// <summary>The image, or one sentence that names the file, what is wrong with it and the way out.</summary>
    public static async Task<(DiskImage? Image, string? Refusal)> InspectAsync(string file)
    {
        try
        {
            var (head, bytes) = await BlockingWork.RunAsync($"reading {file}", Limit, () => Read(file));
            return bytes == 0 ? (null, $"The image {file} is empty; fetch it again.")
                : head is [(byte)'Q', (byte)'F', (byte)'I', 0xfb, ..] ? await InspectQcow2Async(file)
                : Others.FirstOrDefault(o => head.AsSpan().StartsWith(o.Magic)) is { Says: { } says } ? (null, $"The image {file} {says}.")
                : bytes % 512 != 0 ? (null, $"The image {file} is neither qcow2 nor a raw disk: its {bytes.ToString(CultureInfo.InvariantCulture)} bytes are no whole number of sectors.")
                : (new(file, ImageFormat.Raw, bytes), null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return (null, $"There is no image {file} on the host that was asked; copy it there, or name another host with --host.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return (null, $"The image {file} cannot be read: {e.Message}");
        }
    }

    private static (byte[] Head, long Bytes) Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        var head = new byte[Math.Min(Head, stream.Length)];
        stream.ReadExactly(head);
        return (head, stream.Length);
    }

    /// <summary>Safety: a qcow2 file can name other files that belong to its disk. One that came from elsewhere must not get at this host's.</summary>
    private static async Task<(DiskImage? Image, string? Refusal)> InspectQcow2Async(string file)
    {
        var (info, why) = await QemuImg.InfoAsync(file);
        if (why is not null)
        {
            return (null, $"The image {file} cannot be used: {why}.");
        }

        var specific = info.TryGetProperty("format-specific", out var more) && more.TryGetProperty("data", out var data) ? data : default;
        return Text(info, "backing-filename") is { } backing ? (null, $"The image {file} is only the changes to another one ({backing}); join the two first with 'qemu-img convert -O qcow2'.")
            : Text(specific, "data-file") is { } outside ? (null, $"The image {file} keeps its data in another file ({outside}); join the two first with 'qemu-img convert -O qcow2'.")
            : info.TryGetProperty("encrypted", out var secret) && secret.ValueKind == JsonValueKind.True ? (null, $"The image {file} is encrypted, and nobody here has its key; convert it first with 'qemu-img convert'.")
            : await QemuImg.CheckAsync(file, CheckLimit) is { Damaged: not false } damage ? (null, $"The image {file} is damaged or not whole ({damage.Why}); fetch it again.")
            : (new(file, ImageFormat.Qcow2, info.GetProperty("virtual-size").GetInt64()), null);
    }

    private static string? Text(JsonElement json, string member) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) ? value.GetString() : null;
}
