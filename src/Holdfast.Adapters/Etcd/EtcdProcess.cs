using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Adapters.Etcd;

/// <summary>
/// Runs Debian's etcd on a host that is a member and starts it again when it dies. An etcd outlives the agent: one that runs already on our data
/// directory is adopted, because restarting the agent must not cost the cluster a member.
/// </summary>
public sealed class EtcdProcess(EtcdOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource closing = new();
    private Task watching = Task.CompletedTask;

    /// <summary>The running process, or null.</summary>
    public int? Pid { get; private set; }

    /// <summary>How often it was started by this agent.</summary>
    public int Starts { get; private set; }

    /// <summary>One sentence when it does not run, else null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Called with one sentence when it was started, adopted or has died.</summary>
    public Action<string>? Changed { get; set; }

    public void Start()
    {
        if (options.Own is not null)
        {
            watching = Task.Factory.StartNew(Watch, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Stops watching; etcd goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await watching;
    }

    internal static string[] Arguments(EtcdOptions options, EtcdMember own)
    {
        var client = own.Client(options).ToString().TrimEnd('/');
        var peer = own.Peer(options).ToString().TrimEnd('/');
        return
        [
            $"--name={own.Name}",
            $"--data-dir={options.DataDirectory}",
            $"--listen-client-urls={client}",
            $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}",
            $"--initial-advertise-peer-urls={peer}",
            $"--initial-cluster={string.Join(',', options.Members.Select(m => $"{m.Name}={m.Peer(options).ToString().TrimEnd('/')}"))}",
            $"--initial-cluster-token=holdfast-{options.ClusterId:N}",
            "--initial-cluster-state=new",
            "--heartbeat-interval=100",
            "--election-timeout=1000",
            "--auto-compaction-mode=revision",
            "--auto-compaction-retention=10000",
            "--enable-grpc-gateway=false",     // nobody here asks it, and with TLS it cannot reach its own etcd
            "--logger=zap",
            $"--log-outputs={options.LogFile}",
            .. options.Tls is { } tls ? Arguments(tls) : [],
        ];
    }

    /// <summary>Who is no agent of the cluster reads and writes nothing, neither as a client nor as a member.</summary>
    private static IEnumerable<string> Arguments(EtcdTls tls) => ((string[])["", "peer-"]).SelectMany(whose => (string[])
    [
        $"--{whose}cert-file={tls.Certificate}", $"--{whose}key-file={tls.Key}", $"--{whose}trusted-ca-file={tls.Authority}", $"--{whose}client-cert-auth",
        whose.Length == 0 ? $"--client-cert-allowed-hostname={tls.Name}" : $"--peer-cert-allowed-hostname={tls.Name}",
    ]);

    /// <summary>The process that works on this data directory, whoever started it.</summary>
    internal static int? FindRunning(string dataDirectory)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                continue;
            }

            try
            {
                var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0');
                if (Path.GetFileName(words[0]) == "etcd" && words.Contains($"--data-dir={dataDirectory}") && Lives(pid))
                {
                    return pid;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return null;
    }

    private static bool Lives(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var state = stat[stat.LastIndexOf(')') + 2];
            return state is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Watch()
    {
        var wait = FirstWait;
        Pid = FindRunning(options.DataDirectory);
        if (Pid is { } adopted)
        {
            Changed?.Invoke($"etcd already runs here (process {adopted}) and is kept.");
        }

        while (!closing.IsCancellationRequested)
        {
            var since = Stopwatch.GetTimestamp();
            Pid ??= Launch();
            while (Pid is { } pid && Lives(pid))
            {
                if (closing.Token.WaitHandle.WaitOne(Look))
                {
                    return;
                }
            }

            if (Pid is not null)
            {
                Problem = $"etcd on {options.Host} has ended{LastWords()}; it is started again (log: {options.LogFile}).";
                Changed?.Invoke(Problem);
            }

            Pid = null;
            wait = Stopwatch.GetElapsedTime(since) > Healthy ? FirstWait : wait;
            closing.Token.WaitHandle.WaitOne(wait);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private int? Launch()
    {
        try
        {
            Directory.CreateDirectory(options.DataDirectory);
            File.SetUnixFileMode(options.DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            // A session of its own, so that no signal for the agent's terminal or group reaches it, and none of the agent's streams,
            // which it would hold open for ever.
            var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add("exec setsid \"$@\" </dev/null >/dev/null 2>&1");
            start.ArgumentList.Add("sh");
            start.ArgumentList.Add(options.Program);
            foreach (var argument in Arguments(options, options.Own!))
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start)!;
            Starts++;
            Problem = null;
            Changed?.Invoke($"etcd was started (process {process.Id}).");
            return process.Id;
        }
        catch (Exception e)
        {
            Problem = $"etcd could not be started: {e.Message}. Install Debian's etcd-server, or take this host out of etcd.members.";
            Changed?.Invoke(Problem);
            return null;
        }
    }

    private string LastWords()
    {
        try
        {
            using var log = new FileStream(options.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Seek(-Math.Min(log.Length, 2000), SeekOrigin.End);
            var line = new StreamReader(log).ReadToEnd().TrimEnd().Split('\n')[^1];
            return line.Length == 0 ? "" : $": {(line.Length > 300 ? line[..300] : line)}";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
