using System.Text.Json;

namespace Holdfast.Guard.Linux;

/// <summary>
/// The watchdog device that the host's configuration names, so that agent and guard cannot be told different things. A guard that is restarted while the
/// file is broken takes the one that the former guard took: machines may be running under it.
/// </summary>
internal static class WatchdogSetting
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="remembered">File in which the last good answer is kept, on a tmpfs: after a boot nothing is left to guard.</param>
    /// <param name="complaint">One sentence when the configuration could not be used; else null.</param>
    public static string? Read(string configuration, string remembered, out string? complaint)
    {
        complaint = null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(configuration), Lenient);
            var watchdog = document.RootElement.EnumerateObject().Where(p => p.Name.Equals("watchdog", StringComparison.OrdinalIgnoreCase)).Select(p => p.Value.GetString()).LastOrDefault();
            File.WriteAllText(remembered, watchdog ?? "");
            return watchdog;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            var last = File.Exists(remembered) && File.ReadAllText(remembered) is { Length: > 0 } path ? path : null;
            complaint = $"The configuration {configuration} cannot be used ({e.Message.TrimEnd('.')}), so the guard goes on with {(last is null ? "no watchdog" : $"the watchdog {last} of the guard before")}; "
                + "'holdfastd --check' says what is wrong with it.";
            return last;
        }
    }
}
