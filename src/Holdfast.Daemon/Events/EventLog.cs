using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Api;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Events;

/// <summary>
/// What this agent has decided and done, newest last: the last few thousand in memory, all of them in a file of JSON lines. Writing never waits for
/// the disk: a line that the disk does not take in time stays in memory only.
/// </summary>
internal sealed class EventLog : IAsyncDisposable
{
    private const int Remembered = 4000;
    private const long LongestFile = 32 << 20;

    private readonly string host;
    private readonly string file;
    private readonly Func<Guid, string?> nameOf;
    private readonly Lock changing = new();
    private readonly LinkedList<ClusterEvent> events = new();
    private readonly Channel<string> lines = Channel.CreateBounded<string>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Task writing;
    private TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long last;

    public EventLog(string host, string file, Func<Guid, string?> nameOf)
    {
        (this.host, this.file, this.nameOf) = (host, file, nameOf);
        last = LastNumber(file);
        writing = Task.Run(WriteAsync);
    }

    public void Add(Decision decision) => Add(decision.Kind, decision.Machine is { } id ? nameOf(id) ?? id.ToString() : null, decision.Text, decision.Host);

    public void Add(string kind, string? machine, string text, string? about = null)
    {
        TaskCompletionSource told;
        lock (changing)
        {
            var e = new ClusterEvent(++last, DateTimeOffset.UtcNow, host, kind, machine, text, about);
            events.AddLast(e);
            if (events.Count > Remembered)
            {
                events.RemoveFirst();
            }

            lines.Writer.TryWrite(JsonSerializer.Serialize(e, ApiJson.Default.ClusterEvent));
            (told, news) = (news, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }

    /// <summary>Events after a number, and a task that ends when there are more.</summary>
    public (ClusterEvent[] Events, Task More) After(long number)
    {
        lock (changing)
        {
            return ([.. events.Where(e => e.Number > number)], news.Task);
        }
    }

    /// <summary>The last event of each kind, the oldest first: of the file, and of what is not written yet. Reads the disk.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public ClusterEvent[] Latest()
    {
        var written = LatestEvents.Read(Older, file);
        lock (changing)
        {
            return [.. written.Concat(events).GroupBy(e => e.Kind).Select(g => g.MaxBy(e => e.Number)!).OrderBy(e => e.At)];
        }
    }

    public ClusterEvent[] About(string machine)
    {
        lock (changing)
        {
            return [.. events.Where(e => e.Machine == machine)];
        }
    }

    public ClusterEvent[] AboutHost(string name)
    {
        lock (changing)
        {
            return [.. events.Where(e => e.About == name)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        lines.Writer.TryComplete();
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1)));
    }

    private string Older => file + ".1";

    /// <summary>Numbers go on over restarts, so that a reader's "after N" keeps its meaning.</summary>
    private static long LastNumber(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            stream.Seek(-Math.Min(stream.Length, 64 << 10), SeekOrigin.End);
            foreach (var line in new StreamReader(stream).ReadToEnd().Split('\n').Reverse())
            {
                if (line.StartsWith('{') && line.EndsWith('}'))
                {
                    return JsonSerializer.Deserialize(line, ApiJson.Default.ClusterEvent)?.Number ?? 0;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // The first start, or a torn last line after a crash: begin anew.
        }

        return 0;
    }

    private async Task WriteAsync()
    {
        await foreach (var line in lines.Reader.ReadAllAsync())
        {
            try
            {
                if (File.Exists(file) && new FileInfo(file).Length > LongestFile)
                {
                    File.Move(file, Older, overwrite: true);
                }

                await File.AppendAllTextAsync(file, line + "\n");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk under the state directory must not stop an agent; memory still has the event.
            }
        }
    }
}
