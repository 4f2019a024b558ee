using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Faults;

/// <summary>
/// The lease area's files as the store's server has them on its disk. One that is immutable there refuses every write, also of who has it open, and can be read.
/// </summary>
internal static class StoreFiles
{
    internal static Task Refuse(LabPaths lab, int slot, bool refused) =>
        Shell.Must(["chattr", refused ? "+i" : "-i", $"{Area(lab)}/slot-{slot:00}", $"{Area(lab)}/ballot-{slot:00}"]);

    /// <summary>Whatever was refused: the files can be removed then.</summary>
    internal static async Task Release(LabPaths lab)
    {
        if (Directory.Exists(Area(lab)))
        {
            // A file system that knows no such attribute has no such file.
            await Shell.Run(["chattr", "-R", "-f", "-i", Area(lab)]);
        }
    }

    private static string Area(LabPaths lab) => $"{lab.Host(LabState.Store).Disk}/brick/.holdfast";
}
