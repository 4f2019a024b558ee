using System.Globalization;
using System.Text.Json;
using Holdfast.Adapters.Linux.Survey;

namespace Holdfast.Adapters.Images;

/// <summary>qemu-img (qemu-img(1)), each call with a limit. It runs beside the agent, and nothing in the agent's loop waits for it.</summary>
internal static class QemuImg
{
    /// <summary>For what only reads or writes a header.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(15);

    /// <summary>What a copy may take of the store, in bytes a second: machines and leases use it too.</summary>
    private const long MostBytesPerSecond = 200L << 20;

    /// <summary>A new file that holds nothing yet and lies on another one. What lies below is not even opened: another process may be writing to it.</summary>
    /// <param name="backing">Its name in the same folder.</param>
    /// <returns>Null, or why not.</returns>
    public static async Task<string?> CreateOnTopAsync(string file, string backing, string backingFormat, long bytes) => (await RunAsync(
        Short, "create", "-q", "-f", "qcow2", "-u", "-b", backing, "-F", backingFormat, file, bytes.ToString(CultureInfo.InvariantCulture))).Why;

    /// <summary>Copies all that a disk holds, with what lies below it, into a new raw file.</summary>
    public static async Task<string?> ConvertToRawAsync(string file, string format, string raw, TimeSpan limit) => (await RunAsync(
        limit, "convert", "-q", "-f", format, "-O", "raw", "-r", MostBytesPerSecond.ToString(CultureInfo.InvariantCulture), file, raw)).Why;

    /// <summary>Copies into a file what it has seen of the layers between it and a deeper one, and lays it on that one. To be used on a file that nothing else uses.</summary>
    public static async Task<string?> LayOnAsync(string file, string backing, string backingFormat, TimeSpan limit) =>
        (await RunAsync(limit, "rebase", "-q", "-f", "qcow2", "-b", backing, "-F", backingFormat, file)).Why;

    /// <summary>
    /// Is a qcow2 file that nobody uses whole in itself? It only reads. Blocks that belong to nothing ("leaks"), as a killed QEMU may leave them, are not counted: they cost room and nothing else.
    /// </summary>
    /// <returns>Whether it is damaged: null when that could not be found out; and what was said of it.</returns>
    public static async Task<(bool? Damaged, string Why)> CheckAsync(string file, TimeSpan limit)
    {
        // qemu-img(1): 0 and 3 (leaks) are whole, 2 is damaged, anything else says nothing of the file.
        var (code, _, why) = await ProgramOutput.EndAsync(["qemu-img", "check", "-f", "qcow2", file], limit, CancellationToken.None);
        return (code switch { 0 or 3 => false, 2 => true, _ => null }, why);
    }

    /// <summary>What the header of a qcow2 file says.</summary>
    public static async Task<(JsonElement Info, string? Why)> InfoAsync(string file)
    {
        var (output, why) = await RunAsync(Short, "info", "-f", "qcow2", "--output=json", file);
        try
        {
            return output is null ? (default, why) : (JsonDocument.Parse(output).RootElement, null);
        }
        catch (JsonException e)
        {
            return (default, $"qemu-img printed something else than expected ({e.Message})");
        }
    }

    private static async Task<(string? Output, string? Why)> RunAsync(TimeSpan limit, params string[] words)
    {
        var (output, why) = await ProgramOutput.OfAsync(["qemu-img", .. words], limit, CancellationToken.None);
        return output is null ? (null, why) : (output, null);
    }
}
