namespace Holdfast.Daemon.Hosting;

/// <summary>What this host keeps over restarts and power cuts: a file that holds its old content or its new one, never a part.</summary>
internal static class StateFile
{
    public static void Write(string file, byte[] content, UnixFileMode? mode = null)
    {
        using (var stream = new FileStream(file + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(file + ".new", file, overwrite: true);
    }
}
