namespace Holdfast.Lab;

/// <summary>The texts built into this program: the scripts of a host, the store's graphs, the guest's source.</summary>
internal static class Asset
{
    internal static string Read(string name)
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream(name) ?? throw new LabException($"This program was built without its part '{name}'; build it again.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
