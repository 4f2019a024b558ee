using System.Text;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Linux.Survey;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Images;

/// <summary>
/// What a distribution's image configures itself by at its first boot: a small CD with the label "cidata" (cloud-init's NoCloud), on which user-data is the administrator's and
/// meta-data is made here. Its size follows from the text alone, so that the machine's definition can name it before it is made.
/// </summary>
/// <param name="UserData">As cloud-init reads it.</param>
public sealed record CloudSeed(string UserData)
{
    public const string File = "seed.iso";

    /// <summary>cloud-init itself has no limit; a text of more than this is some other file.</summary>
    private const int MostCharacters = 512 << 10;
    private const int Block = 1 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The first words by which cloud-init knows what a user-data is; it ignores any other without a word.</summary>
    private static readonly string[] Beginnings = ["#cloud-config", "#!", "#include", "#cloud-boothook", "#upstart-job", "#part-handler", "## template:", "Content-Type:", "MIME-Version:"];

    public DiskDefinition Disk => new(File, (Encoding.UTF8.GetByteCount(UserData) + (2L * Block) - 1) / Block * Block) { ReadOnly = true };

    /// <summary>Null, or what is wrong with a user-data.</summary>
    public static string? Refusal(string userData) =>
        userData.Length > MostCharacters ? $"The user-data is longer than {MostCharacters >> 10} KiB; is it the right file?"
        : Beginnings.Any(b => userData.StartsWith(b, StringComparison.Ordinal)) ? null
        : "The user-data begins with no word that cloud-init knows, so that the guest would ignore it; let its first line be '#cloud-config', or '#!' and a shell.";

    /// <summary>Makes the CD; null = done, else why not.</summary>
    internal async Task<string?> WriteAsync(string file, MachineDefinition machine)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-seed-").FullName;
        try
        {
            await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "user-data"), UserData);
            await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "meta-data"), $"instance-id: {machine.Id:D}\nlocal-hostname: {machine.Name}\n");
            var made = Path.Combine(folder, File);
            var (output, why) = await ProgramOutput.OfAsync(
                ["xorriso", "-as", "mkisofs", "-quiet", "-o", made, "-V", "cidata", "-J", "-r", Path.Combine(folder, "user-data"), Path.Combine(folder, "meta-data")], Limit, CancellationToken.None);
            return output is null ? $"The seed for cloud-init cannot be made: {why}; install xorriso, or leave --cloud-init out."
                : await BlockingWork.RunAsync<string?>($"writing {file}", Limit, () => Copy(made, file, machine.Disks.First(d => d.File == File).SizeBytes));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Copy(string made, string file, long bytes)
    {
        using var from = new FileStream(made, FileMode.Open, FileAccess.Read);
        using var to = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        from.CopyTo(to);
        to.SetLength(Math.Max(bytes, to.Length));
        to.Flush(flushToDisk: true);
        return null;
    }
}
