using System.Globalization;
using System.Text.Json;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>The reports of the drills that were run in one lab, a file for each run. They go with the lab.</summary>
internal sealed class DrillRecords(string folder)
{
    /// <exception cref="LabException">The report cannot be written.</exception>
    public void Add(DrillReport report)
    {
        var file = $"{folder}/{report.At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture)}-{report.Name}.json";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText($"{file}.new", JsonSerializer.Serialize(report, DrillJson.Default.DrillReport));
            File.Move($"{file}.new", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"The drill is over, but its report cannot be kept: {e.Message}", e);
        }
    }

    /// <summary>The oldest first.</summary>
    /// <exception cref="LabException">One cannot be read.</exception>
    public IReadOnlyList<DrillReport> All() =>
        !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(Read)];

    private static DrillReport Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), DrillJson.Default.DrillReport) ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new LabException($"The report {file} cannot be read ({e.Message.Split(". Path:")[0].TrimEnd('.')}); remove it, and run its drill again.", e);
        }
    }
}
