using System.Diagnostics;

namespace Holdfast.Daemon.Access;

/// <summary>Sentences that a stranger can bring about as often as he likes: each is said once a minute at most, and only so many different ones.</summary>
internal sealed class Sayings(Action<string> say)
{
    private const int Most = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock saying = new();
    private readonly Dictionary<string, long> said = new(StringComparer.Ordinal);

    public void Say(string sentence)
    {
        lock (saying)
        {
            foreach (var old in said.Where(s => Stopwatch.GetElapsedTime(s.Value) >= Pause).Select(s => s.Key).ToArray())
            {
                said.Remove(old);
            }

            if (said.Count == Most || !said.TryAdd(sentence, Stopwatch.GetTimestamp()))
            {
                return;
            }
        }

        say(sentence);
    }
}
