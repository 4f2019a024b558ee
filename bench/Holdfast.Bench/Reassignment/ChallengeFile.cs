using System.Diagnostics;

namespace Holdfast.Bench.Reassignment;

/// <summary>The challenge's files: whole numbers separated by white space, plain or packed by xz.</summary>
internal static class ChallengeFile
{
    /// <summary>All numbers of a file, or one sentence that says what is wrong.</summary>
    public static async Task<int[]> NumbersAsync(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            throw new BenchException($"There is no file '{path}'.");
        }

        var text = path.EndsWith(".xz", StringComparison.Ordinal) ? await UnpackedAsync(path, cancel) : await File.ReadAllTextAsync(path, cancel);
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var numbers = new int[words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            numbers[i] = int.TryParse(words[i], out var number) && number >= 0
                ? number
                : throw new BenchException($"'{path}' is no file of the challenge: word {i + 1} is '{words[i][..Math.Min(20, words[i].Length)]}', not a whole number from 0 to {int.MaxValue}.");
        }

        return numbers;
    }

    private static async Task<string> UnpackedAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await Command.OutputAsync(cancel, "xz", "--decompress", "--stdout", "--", path);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException($"'{path}' is packed and the program 'xz' is not installed (apt-get install xz-utils).");
        }
    }
}
