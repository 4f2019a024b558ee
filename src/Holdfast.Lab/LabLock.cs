namespace Holdfast.Lab;

/// <summary>One command at a time builds or ends a lab. Released by the kernel when its holder dies.</summary>
internal static class LabLock
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    internal static async Task<FileStream> Take(string file, string what, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        for (var since = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50, cancel))
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (since.Elapsed < Limit)
            {
                // Held by another command.
            }
            catch (IOException e)
            {
                throw new LabException($"Another command has been at work on {what} for {Limit.TotalMinutes:0} minutes; end it first.", e);
            }
        }
    }
}
