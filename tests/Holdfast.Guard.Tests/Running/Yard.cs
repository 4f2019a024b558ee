using System.Diagnostics;
using System.Globalization;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Guard.Linux;
using Holdfast.Runtime.Guarding;

namespace Holdfast.Guard.Tests.Running;

/// <summary>
/// A small host: pid and mount namespaces of their own (a guard freezes every QEMU that it sees), a store on a loop device that can be made
/// to hang as a dead one does (fsfreeze), a guard, its agent's line, and processes that look like QEMU. Everything ends with it.
/// </summary>
internal sealed class Yard : IDisposable
{
    public const string Store = "gold";
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly Guid Boot = Guid.NewGuid();
    private readonly string _folder = Directory.CreateTempSubdirectory("holdfast-guard-").FullName;
    private readonly Process _namespaces;
    private readonly int _init;
    private readonly List<Process> _started = [];
    private Process? _guard;
    private bool _hangs;

    public Yard(bool watchdog = true)
    {
        _namespaces = Process.Start(Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "read x"))!;
        _init = Until("an init process", () => ChildOf(_namespaces.Id));
        File.Copy("/bin/dash", Path.Combine(_folder, "qemu-system-fake"));
        Directory.CreateDirectory(Path.Combine(_folder, "store"));
        Directory.CreateDirectory(Path.Combine(_folder, "run"));
        Inside("mount", "-t", "tmpfs", "none", Path.Combine(_folder, "run"));
        File.WriteAllBytes(Path.Combine(_folder, "image"), new byte[4 << 20]);
        Inside("mkfs.ext4", "-q", Path.Combine(_folder, "image"));
        Inside("mount", "-o", "loop", Path.Combine(_folder, "image"), Path.Combine(_folder, "store"));
        Inside("sh", "-c", $"head -c 8192 /dev/zero > {Slot}");
        Watchdog = watchdog ? new(Path.Combine(_folder, "watchdog")) : null;
        StartGuard();
        Client = new(Path.Combine(_folder, "guard.sock"), r => Report = r);
        Until("a connection to the guard", () => Client.IsConnected);
        Order(new Core.Guarding.Report());
        Until("a report", () => Report);
    }

    public GuardClient Client { get; }

    public WatchdogStandIn? Watchdog { get; }

    public volatile GuardReport? Report;

    public Guid Incarnation { get; } = Guid.NewGuid();

    public Guid AreaId { get; } = Guid.NewGuid();

    public Guid ClusterId { get; } = Guid.NewGuid();

    public string Folder => _folder;

    private string Slot => Path.Combine(_folder, "store", "slot");

    public static T Until<T>(string what, Func<T> look)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Limit; Thread.Sleep(2))
        {
            var found = look();
            if (!EqualityComparer<T>.Default.Equals(found, default))
            {
                return found;
            }
        }

        throw new TimeoutException($"{what} was not seen within {Limit.TotalSeconds} s.");
    }

    public static char StateOf(int pid) => ProcStat.ReadState($"/proc/{pid}/stat");

    public static void Runs(int pid) => Until($"process {pid} running", () => StateOf(pid) is 'S' or 'R');

    public static void Stands(int pid) => Until($"process {pid} stopped", () => StateOf(pid) == 'T');

    public static void Gone(int pid) => Until($"the end of process {pid}", () => StateOf(pid) is '?' or 'Z');

    public void StartGuard()
    {
        string[] program = [.. GuardProgram(), "--socket", Path.Combine(_folder, "guard.sock"), "--state", Path.Combine(_folder, "run", "state")];
        _guard = StartInside([.. program, .. Watchdog is null ? Array.Empty<string>() : ["--watchdog", Watchdog.Path]]);
    }

    public bool SecondEnded => _guard!.HasExited && _guard.ExitCode == 1;

    public int GuardPid => Until("the guard's process", () => ChildOf(_guard!.Id));

    public void Kill(string signal = "KILL")
    {
        var pid = GuardPid;
        using var kill = Process.Start(Command("kill", "-" + signal, pid.ToString(CultureInfo.InvariantCulture)))!;
        kill.WaitForExit();
        // Its last write may hang, so it may be dead and not gone.
        Until("the guard's death", () => StateOf(pid) is 'Z' or '?');
    }

    public string? Order(GuardOrder order)
    {
        using var ended = new ManualResetEventSlim();
        GuardAnswer? answer = null;
        Client.Send(order, a =>
        {
            answer = a;
            ended.Set();
        });
        Assert.True(ended.Wait(Limit));
        return answer is null ? "no answer" : answer.Refusal;
    }

    /// <summary>The newest report, after the guard was asked for one; an old one when it does not answer.</summary>
    public GuardReport Ask()
    {
        using var ended = new ManualResetEventSlim();
        Client.Send(new Core.Guarding.Report(), _ => ended.Set(), TimeSpan.FromMilliseconds(200));
        Assert.True(ended.Wait(Limit));
        return Report!;
    }

    public void Open(int ttl = 5000) => Assert.Null(Order(new OpenArea(
        Store, Slot, 4096, AreaId, ClusterId, 3, Incarnation, Boot, RenewMs: 50, ttl, StopMs: 400, WatchdogMs: 600, AgentlessMs: 60_000, Clocks.Read().Boot)));

    /// <summary>On a busy machine a renewal may be late just then, and the guard asks to be asked again.</summary>
    public void Grant(Guid machine, ulong epoch) => Until($"the grant of epoch {epoch}", () => Order(new Grant(machine, epoch, [Store], null)) is null);

    public GuardedArea? Area => Report?.Areas.SingleOrDefault(a => a.Datastore == Store);

    /// <summary>A process that looks like the machine's QEMU; its pid as this test sees it.</summary>
    public int StartFake(Guid? machine = null, params string[] more)
    {
        var process = StartInside([Path.Combine(_folder, "qemu-system-fake"), "-c", "read x", .. machine is { } id ? ["-uuid", id.ToString()] : Array.Empty<string>(), .. more]);
        return Until("the fake QEMU", () => ChildOf(process.Id) is var pid and not 0 && File.ReadAllText($"/proc/{pid}/comm").StartsWith("qemu", StringComparison.Ordinal) ? pid : 0);
    }

    public Process StartInside(params string[] words)
    {
        var process = Process.Start(Command("nsenter", ["-t", Number(_init), "-m", "-p", "--", .. words]))!;
        _started.Add(process);
        return process;
    }

    /// <summary>Every write to the store hangs from now on.</summary>
    public void Hang()
    {
        Inside("fsfreeze", "-f", Path.Combine(_folder, "store"));
        _hangs = true;
    }

    public void Heal()
    {
        _hangs = false;
        Inside("fsfreeze", "-u", Path.Combine(_folder, "store"));
    }

    public AreaFault? ReadSlot(out HeartbeatBlock block)
    {
        var copy = Path.Combine(_folder, "copy");
        Inside("dd", "if=" + Slot, "of=" + copy, "bs=4096", "skip=1", "count=1", "iflag=direct", "status=none");
        return HeartbeatBlock.Decode(File.ReadAllBytes(copy), new(new(AreaId), new(ClusterId)), new(3), out block);
    }

    public void Dispose()
    {
        Client?.Dispose();
        if (_hangs)
        {
            // Else nothing could end that writes there.
            Heal();
        }

        _namespaces.Kill();
        _namespaces.WaitForExit(Limit);
        foreach (var process in _started)
        {
            // nsenter stops itself when its child is stopped, and then does not see the child's end.
            process.Kill();
            process.WaitForExit(Limit);
            process.Dispose();
        }

        _namespaces.Dispose();
        Watchdog?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static ProcessStartInfo Command(string program, params string[] words)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true };
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    private static int ChildOf(int pid)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children is [var first, ..] ? int.Parse(first, CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The native guard that ./test has just built, as users run it; without one (an IDE) the managed one.</summary>
    private static string[] GuardProgram() =>
        Environment.GetEnvironmentVariable("HOLDFAST_BIN") is { } bin && Path.Combine(bin, "holdfast-guard") is var native && File.Exists(native)
            ? [native]
            : ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "holdfast-guard.dll")];

    private void Inside(params string[] words)
    {
        using var process = Process.Start(Command("nsenter", ["-t", Number(_init), "-m", "-p", "--", .. words]))!;
        Assert.True(process.WaitForExit(Limit), string.Join(' ', words));
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', words)} ended with {process.ExitCode}");
    }
}
