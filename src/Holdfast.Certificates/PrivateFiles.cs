using System.Text;

namespace Holdfast.Certificates;

/// <summary>Files that only their owner may read, each there whole or not at all.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="CertificateException">They cannot be written.</exception>
    public static void Write(string directory, IEnumerable<(string Name, string Text)> files)
    {
        try
        {
            Directory.CreateDirectory(directory, OwnFile | UnixFileMode.UserExecute);
            foreach (var (name, text) in files)
            {
                var file = Path.Combine(directory, name);
                using (var stream = new FileStream(file + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnFile }))
                {
                    stream.Write(Encoding.UTF8.GetBytes(text));
                }

                File.Move(file + ".new", file, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"The host's files cannot be written to {directory}: {e.Message.TrimEnd('.')}.");
        }
    }
}
