using System.Text;

namespace Holdfast.Certificates;

/// <summary>Files that only their owner may read, each there whole or not at all.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal static void Write(string directory, IEnumerable<(string Name, string Text)> files)
    {
        try
        {
            Directory.CreateDirectory(directory, OwnFile | UnixFileMode.UserExecute);
            foreach (var (name, text) in files)
            {
                var file = Path.Combine(directory, name);
                using (var stream = new FileStream(file + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnFile }))
                {
                    stream.Write(Encoding.ASCII.GetBytes(text));
                }

                File.Move(file + ".new", file, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"The certificates cannot be written to {directory}: {e.Message.TrimEnd('.')}.");
        }
    }
}
