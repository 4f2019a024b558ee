using System.Globalization;
using System.IO.Compression;

namespace Holdfast.Bench.Balancing;

/// <summary>A week of the Bitbrains trace: for every machine its memory and, by slot of five minutes, the CPU that it used.</summary>
/// <param name="UseMHz">By slot and machine.</param>
/// <param name="MemoryMiB">By machine: the most that was ever provisioned.</param>
internal sealed record Trace(float[][] UseMHz, double[] MemoryMiB)
{
    public const double SlotHours = 5.0 / 60;

    public int Slots => UseMHz.Length;

    public int Machines => MemoryMiB.Length;

    public static Trace Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var unpacked = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            using var reader = new StreamReader(unpacked);
            return Read(reader);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BenchException($"There is no file '{path}'.");
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException or UnauthorizedAccessException or OverflowException)
        {
            throw new BenchException($"'{path}' is no trace: {e.Message}");
        }
    }

    private static Trace Read(StreamReader reader)
    {
        if (reader.ReadLine() != "slot,vm,cores,cap_mhz,use_mhz,mem_prov_kb,mem_use_kb,disk_kbs,net_kbs")
        {
            throw new FormatException("its first line is not the header 'slot,vm,cores,cap_mhz,…'.");
        }

        var rows = new List<(int Slot, int Machine, float Use, double Memory)>();
        for (var number = 2; reader.ReadLine() is { } line; number++)
        {
            rows.Add(Row(line.Split(','), number));
        }

        var machines = rows.Select(r => r.Machine).Distinct().Order().Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i);
        var memory = new double[machines.Count];
        var use = Enumerable.Range(0, rows.Count == 0 ? 0 : rows.Max(r => r.Slot) + 1).Select(_ => new float[machines.Count]).ToArray();
        foreach (var row in rows)
        {
            use[row.Slot][machines[row.Machine]] = row.Use;
            memory[machines[row.Machine]] = Math.Max(memory[machines[row.Machine]], row.Memory);
        }

        return rows.Count > 0 ? new(use, memory) : throw new FormatException("it has no rows.");
    }

    private static (int Slot, int Machine, float Use, double Memory) Row(string[] fields, int number)
    {
        var culture = CultureInfo.InvariantCulture;
        return fields.Length == 9 && int.TryParse(fields[0], culture, out var slot) && slot is >= 0 and < 100_000 && int.TryParse(fields[1], culture, out var machine) &&
            float.TryParse(fields[4], culture, out var use) && double.TryParse(fields[5], culture, out var memory)
            ? (slot, machine, use, memory / 1024)
            : throw new FormatException($"line {number} is not a slot, a machine and seven numbers.");
    }
}
