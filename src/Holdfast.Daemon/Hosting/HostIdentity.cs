using System.Text;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Hosting;

/// <summary>What makes this host this host in this boot: the cluster's secret and the boot's id.</summary>
internal static class HostIdentity
{
    /// <summary>Random, made once a boot: /run is empty after one. (The kernel's own boot id would be the same for all hosts of a lab.)</summary>
    public static Guid BootId(string runDirectory)
    {
        var file = Path.Combine(runDirectory, "boot-id");
        Directory.CreateDirectory(runDirectory);
        if (File.Exists(file) && Guid.TryParse(File.ReadAllText(file).Trim(), out var known))
        {
            return known;
        }

        var made = Guid.NewGuid();
        File.WriteAllText(file + ".new", made.ToString());
        File.Move(file + ".new", file, overwrite: true);
        return made;
    }

    /// <summary>One secret a line: the first is used, the others are still (or already) understood (<see cref="Adapters.Network.ClusterKey"/>).</summary>
    public static byte[][] Secrets(string file)
    {
        try
        {
            byte[][] secrets = [.. File.ReadAllLines(file, Encoding.Latin1).Select(line => Encoding.Latin1.GetBytes(line.Trim())).Where(s => s.Length > 0)];
            return secrets is [] || secrets.Any(s => s.Length < 16)
                ? throw new OptionsException($"secretFile: {file} holds a secret of {(secrets is [] ? 0 : secrets.Min(s => s.Length))} bytes; the cluster's secret needs at least 16, the same on every host.")
                : secrets;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsException($"secretFile: {file} cannot be read ({e.Message}); copy the cluster's secret there.");
        }
    }
}
