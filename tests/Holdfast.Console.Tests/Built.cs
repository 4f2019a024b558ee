namespace Holdfast.Console.Tests;

/// <summary>What the repository's build has made.</summary>
internal static class Built
{
    public static string Top { get; } = FindTop();

    /// <summary>The console as the agents serve it.</summary>
    public static string Console => Path.Combine(Programs, "console");

    public static string Programs => Environment.GetEnvironmentVariable("HOLDFAST_BIN") is { Length: > 0 } bin ? bin : Path.Combine(Top, "artifacts/product/bin");

    private static string FindTop()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Holdfast.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("These tests run from the repository's artifacts folder; build them there.");
    }
}
