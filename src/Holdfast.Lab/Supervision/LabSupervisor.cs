using System.Diagnostics;
using System.Globalization;
using Holdfast.Lab.Hosts;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Supervision;

/// <summary>
/// The lab's hardware: power switches, watchdogs, and the desk where faults are ordered. One process a lab, outside of its namespaces.
/// </summary>
internal sealed class LabSupervisor : IAsyncDisposable
{
    private static readonly TimeSpan WatchdogStep = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan SlowFenceDevice = TimeSpan.FromSeconds(5);

    // A look that comes this late says that this process was held up, not that the guards were.
    private static readonly TimeSpan OwnLateness = TimeSpan.FromMilliseconds(300);

    private readonly LabState lab;
    private readonly FaultDesk desk;
    private readonly HostPower power;
    private readonly LinkControl links;
    private readonly TaskCompletionSource quit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SortedDictionary<string, WatchdogTimer> watchdogs = new(StringComparer.Ordinal);
    private readonly List<LineServer> servers = [];
    private readonly ConsoleForward? console;
    private readonly StreamWriter log;
    private readonly Stopwatch clock = Stopwatch.StartNew();

    internal LabSupervisor(LabState lab)
    {
        this.lab = lab;
        var yard = lab.Paths.YardProcess ?? throw new LabException($"The lab '{lab.Options.Name}' does not run; 'holdfast lab up' starts it.");
        log = new StreamWriter(new FileStream(lab.Paths.SupervisorLog, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        links = LinkControl.Open($"/proc/{yard.Pid}/ns/net");
        power = new HostPower(lab, yard);
        desk = new FaultDesk(lab, yard, power, links, Log) { PoweredOff = host => Timer(host, timer => timer.Disarm()) };
        foreach (var host in lab.Hosts)
        {
            watchdogs[host] = new();
            var device = lab.Paths.Host(host).Device;
            Directory.CreateDirectory(device);
            servers.Add(new LineServer($"{device}/power", SwitchPower));
            servers.Add(new LineServer($"{device}/strip", line => Answer(() => Switch("power strip", line, _ => Task.CompletedTask))));
            if (lab.Options.Watchdog)
            {
                servers.Add(new LineServer($"{device}/watchdog", line => Task.FromResult(Timer(host, timer => timer.Obey(line, clock.Elapsed)))));
            }
        }

        servers.Add(new LineServer(lab.Paths.Control, Control));
        console = lab.Options.Product ? ConsoleForward.Open(lab, host => desk.Faults.Hung.ContainsKey(host)) : null;
    }

    internal async Task Run(CancellationToken cancel)
    {
        File.WriteAllText(lab.Paths.Supervisor, ProcessId.Of(Environment.ProcessId) + "\n");
        Log("supervisor is up");
        var last = clock.Elapsed;
        while (!quit.Task.IsCompleted && !cancel.IsCancellationRequested && lab.Paths.YardProcess is not null)
        {
            await Task.WhenAny(quit.Task, Task.Delay(WatchdogStep, CancellationToken.None));
            var now = clock.Elapsed;
            foreach (var host in watchdogs.Keys)
            {
                if (now - last > OwnLateness)
                {
                    Timer(host, timer => timer.Forgive(now));
                }
                else if (Timer(host, timer => timer.Expired(now)))
                {
                    Timer(host, timer => timer.Disarm());
                    _ = Task.Run(() => Reset(host), CancellationToken.None);
                }
            }

            last = now;
        }

        Log("supervisor ends");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        await (console?.DisposeAsync() ?? ValueTask.CompletedTask);
        links.Dispose();
        await log.DisposeAsync();
    }

    private async Task Reset(string host)
    {
        if (desk.Faults.BrokenWatchdogs.Contains(host))
        {
            Log($"watchdog of {host} expired, but it is broken");
            return;
        }

        Log($"watchdog resets {host}");
        try
        {
            await desk.Perform(new LabFault.Crash(host));
            await desk.Perform(new LabFault.Start(host));
        }
        catch (LabException e)
        {
            Log($"reset of {host} failed: {e.Message}");
        }
    }

    private async Task<string?> Control(string line)
    {
        if (line == "ping")
        {
            return "ok";
        }

        if (line == "quit")
        {
            quit.TrySetResult();
            return "ok";
        }

        return await Answer(async () =>
        {
            await desk.Perform(LabFault.Parse(line.Split(' ')));
            return "ok";
        });
    }

    private Task<string?> SwitchPower(string line) => Answer(async () =>
    {
        switch (desk.Faults.FenceDevices.GetValueOrDefault(line.Split(' ')[^1]))
        {
            case "broken":
                throw new LabException($"the power switch does not answer to '{line}'");
            case "slow":
                await Task.Delay(SlowFenceDevice);
                break;
        }

        return await Switch("power switch", line, new StorePath(lab).Cut);
    });

    /// <summary>A fence agent's order: off, on or status, and a host.</summary>
    /// <param name="whenOff">What else the device does to a host that it has switched off.</param>
    private async Task<string> Switch(string device, string line, Func<string, Task> whenOff)
    {
        if (line.Split(' ') is not [("off" or "on" or "status") and var action, var host])
        {
            throw new LabException($"'{line}' is not an order for a {device}.");
        }

        lab.Known(host);
        if (action != "status")
        {
            var began = clock.Elapsed;
            await desk.Perform(action == "off" ? new LabFault.Crash(host) : new LabFault.Start(host));
            await (action == "off" ? whenOff(host) : Task.CompletedTask);
            Log(string.Create(CultureInfo.InvariantCulture, $"{device}: {host} {action} in {(clock.Elapsed - began).TotalMilliseconds:0} ms"));
        }

        return power.IsOn(host) ? "on" : "off";
    }

    private async Task<string?> Answer(Func<Task<string>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is LabException or IOException or UnauthorizedAccessException)
        {
            Log($"refused: {e.Message}");
            return "error " + e.Message.ReplaceLineEndings("\t");
        }
    }

    private T Timer<T>(string host, Func<WatchdogTimer, T> use)
    {
        lock (watchdogs)
        {
            return use(watchdogs[host]);
        }
    }

    private void Timer(string host, Action<WatchdogTimer> use) => Timer(host, timer =>
    {
        use(timer);
        return true;
    });

    private void Log(string what)
    {
        lock (log)
        {
            log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {what}"));
        }
    }
}
