using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Holdfast.Api;

namespace Holdfast.Daemon.Access;

/// <summary>
/// Who did what on this host: JSON lines, only ever appended to. A file that has become long gets its time as a name and a new one is begun; the oldest goes when there are too many,
/// and the new one's first line says so. What cannot be written waits, at most so much of it, with an alarm; what is lost is counted and told as soon as there is a line again. So nothing
/// is missing without a word, and nobody waits for the disk.
/// </summary>
internal sealed class AuditLog : IAsyncDisposable
{
    /// <summary>MiB of one file.</summary>
    public const int FileMiB = 16;
    private const int Waiting = 10_000;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly string host;
    private readonly string folder;
    private readonly long longest;
    private readonly int most;
    private readonly Channel<AuditRecord> records = Channel.CreateBounded<AuditRecord>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly CancellationTokenSource ending = new();
    private readonly Task writing;
    private long lost;
    private volatile string? problem;

    /// <param name="longest">Bytes of one file.</param>
    /// <param name="most">So many files are kept.</param>
    public AuditLog(string host, string folder, long longest, int most)
    {
        (this.host, this.folder, this.longest, this.most) = (host, folder, longest, most);
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Why nothing is written now; null: all is well.</summary>
    public string? Problem => problem;

    /// <summary>Never waits.</summary>
    public void Add(AuditRecord record)
    {
        if (!records.Writer.TryWrite(record))
        {
            Interlocked.Increment(ref lost);
        }
    }

    /// <summary>The newest records, the oldest of them first. Reads the disk.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public AuditRecord[] Read(int limit, DateTimeOffset? since)
    {
        var found = new List<AuditRecord>();
        foreach (var file in Files().Prepend(Present).Where(File.Exists))
        {
            var lines = File.ReadAllLines(file);
            for (var n = lines.Length - 1; n >= 0 && found.Count < limit; n--)
            {
                if (Parse(lines[n]) is { } record)
                {
                    if (record.At < since)
                    {
                        return [.. found.AsEnumerable().Reverse()];
                    }

                    found.Add(record);
                }
            }
        }

        return [.. found.AsEnumerable().Reverse()];
    }

    public async ValueTask DisposeAsync()
    {
        records.Writer.TryComplete();
        await Task.WhenAny(writing, Task.Delay(TimeSpan.FromSeconds(1)));
        await ending.CancelAsync();
        await writing;
        ending.Dispose();
    }

    private string Present => Path.Combine(folder, "audit.jsonl");

    /// <summary>Those that are full, the newest first: their names are their times.</summary>
    private IEnumerable<string> Files() => Directory.Exists(folder) ? Directory.GetFiles(folder, "audit-*.jsonl").OrderDescending(StringComparer.Ordinal) : [];

    private async Task WriteAsync()
    {
        await foreach (var record in records.Reader.ReadAllAsync())
        {
            while (!Write(record) && !ending.IsCancellationRequested)
            {
                await Task.Delay(Again, ending.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }

    private bool Write(AuditRecord record)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var rotated = Rotate();
            var missed = Interlocked.Read(ref lost);
            string?[] notes = [rotated, missed == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{missed} records before this one were lost: {problem}")];
            Append([.. notes.OfType<string>().Select(Note), record]);
            Interlocked.Add(ref lost, -missed);
            problem = null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"the audit log cannot be written: {e.Message}";
            return false;
        }
    }

    /// <summary>What the next line must say of it; null: nothing was taken away.</summary>
    private string? Rotate()
    {
        if (!File.Exists(Present) || new FileInfo(Present).Length < longest)
        {
            return null;
        }

        File.Move(Present, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"audit-{DateTime.UtcNow:yyyyMMdd'T'HHmmss.fffffff}.jsonl")));
        string[] gone = [.. Files().Skip(most - 1)];
        foreach (var file in gone)
        {
            File.Delete(file);
        }

        return gone is [] ? null : $"{string.Join(", ", gone.Select(Path.GetFileName))} removed, as {most} files are kept (auditMiB)";
    }

    private void Append(AuditRecord[] lines)
    {
        using var stream = new FileStream(Present, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, UnixCreateMode = Private });
        foreach (var line in lines)
        {
            stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, ApiJson.Default.AuditRecord), (byte)'\n']);
        }
    }

    private AuditRecord Note(string text) => new() { At = DateTimeOffset.UtcNow, Host = host, Who = "holdfastd", What = "audit log", Detail = text, Outcome = "done" };

    /// <summary>A line that was torn by a crash is none.</summary>
    private static AuditRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ApiJson.Default.AuditRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
