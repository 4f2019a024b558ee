using System.Text;
using System.Text.RegularExpressions;

namespace Holdfast.Daemon.Intents;

/// <summary>A small file on a store by which two hosts prove to each other that they share it. Only such files are ever read for another host.</summary>
internal static partial class CoherenceProbe
{
    public static string FileIn(string path, Guid id) => Path.Combine(path, $".holdfast-probe-{id:N}");

    public static bool Write(string file, string token)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 0, FileOptions.WriteThrough);
        stream.Write(Encoding.ASCII.GetBytes(token));
        stream.Flush(flushToDisk: true);
        return true;
    }

    public static bool Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is 32 bytes with a name that says what it is.
        }

        return true;
    }

    /// <summary>What this host sees, or null when it sees no such file.</summary>
    public static string? Read(string file)
    {
        if (!Name().IsMatch(Path.GetFileName(file)) || !Path.IsPathFullyQualified(file) || file.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex("^\\.holdfast-probe-[0-9a-f]{32}$")]
    private static partial Regex Name();
}
