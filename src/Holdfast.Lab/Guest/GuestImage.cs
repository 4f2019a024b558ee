using System.Security.Cryptography;
using System.Text;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Guest;

/// <summary>
/// The lab's guest: Debian's cloud kernel, unpacked from its package, one static program that judges its disk, and Debian's guest agent. Built
/// once a machine into a cache; what is made otherwise is another folder, and the folder appears as a whole or not at all.
/// </summary>
internal static class GuestImage
{
    /// <summary>A kernel that panics hangs for ever (there is no "panic="), and an NMI from outside makes it panic: the fault hang-guest.</summary>
    private const string CommandLine = "console=ttyS0 quiet unknown_nmi_panic=1";

    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(5);

    /// <returns>The folder with `kernel`, `initrd` and `cmdline`.</returns>
    internal static async Task<string> Ensure(IProgress<string> progress, CancellationToken cancel)
    {
        var folder = $"{LabPaths.Cache}/guest-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Recipe())))[..12]}";
        if (Directory.Exists(folder))
        {
            return folder;
        }

        progress.Report("building the guest image (once on this machine)");
        Directory.CreateDirectory(LabPaths.Cache);
        var work = Directory.CreateTempSubdirectory("holdfast-guest-").FullName;
        try
        {
            await Compile("guest.c", $"{work}/init", cancel);
            await Compile("keeper.c", $"{work}/keeper", cancel);
            await UnpackKernel(work, cancel);
            await Unpack(GuestAgent.Package, $"{work}/agent", cancel);
            var libraries = await GuestAgent.Libraries($"{work}/agent", cancel);
            var ready = $"{folder}.{Guid.NewGuid():N}";
            Directory.CreateDirectory(ready);
            File.Copy(Directory.EnumerateFiles($"{work}/kernel/boot", "vmlinuz-*").Single(), $"{ready}/kernel");
            WriteInitrd(work, libraries, $"{ready}/initrd");
            await File.WriteAllTextAsync($"{ready}/cmdline", CommandLine, cancel);
            Publish(ready, folder);
            return folder;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Everything that decides what the image is, but for the versions of Debian's packages.</summary>
    private static string Recipe() =>
        string.Join('\n', [Asset.Read("guest.c"), Asset.Read("keeper.c"), CommandLine, GuestAgent.Package, .. KernelModules.Wanted]);

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

    private static async Task Compile(string asset, string program, CancellationToken cancel)
    {
        var source = $"{program}.c";
        await File.WriteAllTextAsync(source, Asset.Read(asset), cancel);
        var compiler = new[] { "cc", "gcc", "clang" }.FirstOrDefault(name => OnPath(name))
            ?? throw new LabException("The lab's guest needs a C compiler (cc, gcc or clang) once; 'eng/prepare' installs one.");
        await Shell.Must([compiler, "-static", "-O2", "-o", program, source], limit: TimeSpan.FromMinutes(1), cancel: cancel);
    }

    private static async Task UnpackKernel(string work, CancellationToken cancel)
    {
        var kernel = await KernelPackage(cancel);
        if (kernel is null)
        {
            await Shell.Must(["apt-get", "update", "-q"], limit: DownloadLimit, cancel: cancel);
            kernel = await KernelPackage(cancel) ?? throw new LabException("The package linux-image-cloud-amd64 is not known here; the lab's guest needs Debian's package sources.");
        }

        await Unpack(kernel, $"{work}/kernel", cancel);
    }

    private static async Task Unpack(string package, string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);

        // As root, apt would download as another user, who may not write into our folder.
        await Shell.Must(["/bin/sh", "-c", "cd \"$1\" && apt-get download -q -o APT::Sandbox::User=root \"$2\"", "sh", folder, package], limit: DownloadLimit, cancel: cancel);
        await Shell.Must(["dpkg-deb", "-x", Directory.EnumerateFiles(folder, "*.deb").Single(), folder], limit: TimeSpan.FromMinutes(2), cancel: cancel);
    }

    /// <summary>The versioned package behind Debian's name for the newest cloud kernel.</summary>
    private static async Task<string?> KernelPackage(CancellationToken cancel)
    {
        var answer = await Shell.Run(["apt-cache", "depends", "linux-image-cloud-amd64"], cancel: cancel);
        return answer.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("Depends: linux-image-", StringComparison.Ordinal))
            .Select(line => line["Depends: ".Length..]).FirstOrDefault();
    }

    private static void WriteInitrd(string work, IReadOnlyList<string> libraries, string file)
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
        GuestAgent.Add(archive, $"{work}/agent", libraries);
        archive.AddFile("agent/keeper", File.ReadAllBytes($"{work}/keeper"));
        archive.AddFile("init", File.ReadAllBytes($"{work}/init"));
        archive.End();
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
