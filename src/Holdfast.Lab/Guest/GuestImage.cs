using System.Security.Cryptography;
using System.Text;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Guest;

/// <summary>
/// The lab's guest: Debian's cloud kernel, unpacked from its package, and one static program that judges its disk. Built once a machine
/// into a cache; a newer source is another folder, and the folder appears as a whole or not at all.
/// </summary>
internal static class GuestImage
{
    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(5);

    /// <returns>The folder with `kernel` and `initrd`.</returns>
    internal static async Task<string> Ensure(IProgress<string> progress, CancellationToken cancel)
    {
        var source = Asset.Read("guest.c");
        var folder = $"{LabPaths.Cache}/guest-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..12]}";
        if (Directory.Exists(folder))
        {
            return folder;
        }

        progress.Report("building the guest image (once on this machine)");
        Directory.CreateDirectory(LabPaths.Cache);
        var work = Directory.CreateTempSubdirectory("holdfast-guest-").FullName;
        try
        {
            await Compile(source, work, cancel);
            await UnpackKernel(work, cancel);
            var ready = $"{folder}.{Guid.NewGuid():N}";
            Directory.CreateDirectory(ready);
            File.Copy(Directory.EnumerateFiles($"{work}/kernel/boot", "vmlinuz-*").Single(), $"{ready}/kernel");
            WriteInitrd(work, $"{ready}/initrd");
            Publish(ready, folder);
            return folder;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static void Publish(string ready, string folder)
    {
        try
        {
            Directory.Move(ready, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(ready, recursive: true);       // another lab was faster, with the same content
        }
    }

    private static async Task Compile(string source, string work, CancellationToken cancel)
    {
        await File.WriteAllTextAsync($"{work}/guest.c", source, cancel);
        var compiler = new[] { "cc", "gcc", "clang" }.FirstOrDefault(name => OnPath(name))
            ?? throw new LabException("The lab's guest needs a C compiler (cc, gcc or clang) once; 'eng/prepare' installs one.");
        await Shell.Must([compiler, "-static", "-O2", "-o", $"{work}/init", $"{work}/guest.c"], limit: TimeSpan.FromMinutes(1), cancel: cancel);
    }

    private static async Task UnpackKernel(string work, CancellationToken cancel)
    {
        var kernel = await KernelPackage(cancel);
        if (kernel is null)
        {
            await Shell.Must(["apt-get", "update", "-q"], limit: DownloadLimit, cancel: cancel);
            kernel = await KernelPackage(cancel) ?? throw new LabException("The package linux-image-cloud-amd64 is not known here; the lab's guest needs Debian's package sources.");
        }

        // As root, apt would download as another user, who may not write into our folder.
        await Shell.Must(["/bin/sh", "-c", "cd \"$1\" && apt-get download -q -o APT::Sandbox::User=root \"$2\"", "sh", work, kernel], limit: DownloadLimit, cancel: cancel);
        await Shell.Must(["dpkg-deb", "-x", Directory.EnumerateFiles(work, "*.deb").Single(), $"{work}/kernel"], limit: TimeSpan.FromMinutes(2), cancel: cancel);
    }

    /// <summary>The versioned package behind Debian's name for the newest cloud kernel.</summary>
    private static async Task<string?> KernelPackage(CancellationToken cancel)
    {
        var answer = await Shell.Run(["apt-cache", "depends", "linux-image-cloud-amd64"], cancel: cancel);
        return answer.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("Depends: linux-image-", StringComparison.Ordinal))
            .Select(line => line["Depends: ".Length..]).FirstOrDefault();
    }

    private static void WriteInitrd(string work, string file)
    {
        var modules = Directory.EnumerateFiles($"{work}/kernel", "*.ko", SearchOption.AllDirectories)
            .GroupBy(path => Path.GetFileNameWithoutExtension(path).Replace('-', '_')).ToDictionary(group => group.Key, group => group.First());
        var ordered = KernelModules.InOrder(modules.GetValueOrDefault, File.ReadAllBytes);
        using var stream = File.Create(file);
        var archive = new CpioArchive(stream);
        archive.AddFolder("modules");
        foreach (var path in ordered)
        {
            archive.AddFile($"modules/{Path.GetFileName(path)}", File.ReadAllBytes(path));
        }

        archive.AddFile("modules/list", Encoding.ASCII.GetBytes(string.Concat(ordered.Select(path => $"/modules/{Path.GetFileName(path)}\n"))));
        archive.AddFile("init", File.ReadAllBytes($"{work}/init"));
        archive.End();
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
