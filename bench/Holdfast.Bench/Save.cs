namespace Holdfast.Bench;

/// <summary>Writes a result; what goes wrong is one sentence.</summary>
internal static class Save
{
    public static void Text(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BenchException($"'{path}' cannot be written: {e.Message}");
        }
    }
}
