using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Guest;

/// <summary>
/// Debian's qemu-guest-agent with the libraries it needs, as the guest's keeper starts it: /agent/qemu-ga by /agent/ld.so with /agent/lib. The
/// libraries are this machine's: its QEMU needs the same ones.
/// </summary>
internal static class GuestAgent
{
    internal const string Package = "qemu-guest-agent";

    private const string Program = "usr/sbin/qemu-ga";

    /// <summary>The files of the libraries that the unpacked program needs, the program loader among them.</summary>
    internal static async Task<IReadOnlyList<string>> Libraries(string unpacked, CancellationToken cancel) =>
        Parse(await Shell.Must(["ldd", $"{unpacked}/{Program}"], cancel: cancel));

    /// <summary>Reads ldd's lines: "NAME => FILE (ADDRESS)", and "FILE (ADDRESS)" for the loader.</summary>
    internal static IReadOnlyList<string> Parse(string ldd)
    {
        var lines = ldd.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return lines.FirstOrDefault(line => line.EndsWith("not found", StringComparison.Ordinal)) is { } missing
            ? throw new LabException($"The lab's guest agent lacks a library here: '{missing}'; 'eng/prepare' installs it with QEMU.")
            : [.. lines.Select(line => line.Split(" => ")[^1].Split(' ')[0]).Where(file => file.StartsWith('/'))];
    }

    internal static void Add(CpioArchive archive, string unpacked, IReadOnlyList<string> libraries)
    {
        archive.AddFolder("agent");
        archive.AddFolder("agent/lib");
        archive.AddFile("agent/qemu-ga", File.ReadAllBytes($"{unpacked}/{Program}"));
        foreach (var library in libraries)
        {
            var name = Path.GetFileName(library);
            archive.AddFile(name.StartsWith("ld-", StringComparison.Ordinal) ? "agent/ld.so" : $"agent/lib/{name}", File.ReadAllBytes(library));
        }
    }
}
