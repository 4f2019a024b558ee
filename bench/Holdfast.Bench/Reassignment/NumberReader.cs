namespace Holdfast.Bench.Reassignment;

/// <summary>Reads a file's numbers one after the other and says where they end too early or go too far.</summary>
internal sealed class NumberReader(string path, int[] numbers)
{
    private int next;

    public int Next(string what) =>
        next < numbers.Length ? numbers[next++] : throw new BenchException($"'{path}' ends after {numbers.Length} numbers, where {what} is expected.");

    /// <summary>An index or count below a limit.</summary>
    public int Below(int limit, string what) =>
        Next(what) is var number && number < limit ? number : throw new BenchException($"'{path}': number {next} ({what}) is {number} and must be below {limit}.");

    /// <summary>A count whose items take at least so many numbers each, so that a wrong count cannot ask for endless memory.</summary>
    public int Count(int each, string what) =>
        Next(what) is var number && (long)number * each <= numbers.Length - next
            ? number
            : throw new BenchException($"'{path}': {what} is {numbers[next - 1]}, more than the rest of the file can hold.");

    public int[] Row(int length, string what)
    {
        var row = new int[length];
        for (var i = 0; i < length; i++)
        {
            row[i] = Next(what);
        }

        return row;
    }

    public void End()
    {
        if (next < numbers.Length)
        {
            throw new BenchException($"'{path}' has {numbers.Length - next} numbers too many after its end.");
        }
    }
}
