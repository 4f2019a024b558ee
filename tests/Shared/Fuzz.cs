using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Fuzzing;

/// <summary>
/// Bytes that nobody of ours wrote, made from ones that we did: bits flipped, parts cut out, doubled, put together. Each input hangs on one number, so that a failure is repeated by it:
/// HOLDFAST_FUZZ_SEED is the first (1), HOLDFAST_FUZZ_SECONDS how long each parser is tried (1).
/// </summary>
internal static class Fuzz
{
    private static readonly byte[] Edges = [0, 1, 0x7f, 0x80, 0xff, (byte)'"', (byte)'{', (byte)'[', (byte)'.', (byte)'\n'];

    /// <param name="samples">Good inputs.</param>
    /// <param name="parse">Must end, in its own way, whatever it is given: an exception that it lets out fails the test.</param>
    public static void Run(IReadOnlyList<byte[]> samples, Action<byte[]> parse)
    {
        var (first, time) = (Number("HOLDFAST_FUZZ_SEED", 1), TimeSpan.FromSeconds(Number("HOLDFAST_FUZZ_SECONDS", 1)));
        var (since, seed) = (Stopwatch.StartNew(), first);
        for (; seed - first < 200 || since.Elapsed < time; seed++)
        {
            var input = Make(new Random(seed), samples);
            var began = Stopwatch.GetTimestamp();
            try
            {
                parse(input);
            }
            catch (Exception e)
            {
                Assert.Fail($"HOLDFAST_FUZZ_SEED={seed}: {e.GetType().Name}: {e.Message}\n{Convert.ToBase64String(input)}\n{e.StackTrace}");
            }

            // Far above what any takes on a machine that is busy with other work: an input that is read for ever.
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), $"HOLDFAST_FUZZ_SEED={seed}: {input.Length} bytes took {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
        }

        Assert.True(seed - first >= 200);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    private static byte[] Make(Random random, IReadOnlyList<byte[]> samples)
    {
        List<byte> bytes = [.. samples[random.Next(samples.Count)]];
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            var at = random.Next(bytes.Count + 1);
            var length = Math.Min(bytes.Count - at, 1 << random.Next(0, 8));
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1 when at < bytes.Count: bytes[at] = Edges[random.Next(Edges.Length)]; break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                case 5: bytes.InsertRange(at, samples[random.Next(samples.Count)]); break;
                default: bytes.Insert(at, (byte)random.Next(256)); break;
            }
        }

        return [.. bytes];
    }
}
