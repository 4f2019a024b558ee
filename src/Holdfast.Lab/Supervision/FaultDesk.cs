using System.Text.Json;
using Holdfast.Lab.Faults;
using Holdfast.Lab.Hosts;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Supervision;

/// <summary>Makes and takes away faults: the one owner of the fault table, one fault at a time.</summary>
internal sealed class FaultDesk(LabState lab, ProcessId yard, HostPower power, LinkControl links, Action<string> log)
{
    private static readonly TimeSpan PortLimit = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim turn = new(1, 1);

    internal FaultTable Faults { get; private set; } = Load(lab);

    /// <summary>Called after a host's power was cut, by whomever.</summary>
    internal Action<string> PoweredOff { get; set; } = _ => { };

    internal async Task Perform(LabFault fault)
    {
        await turn.WaitAsync();
        try
        {
            log($"fault {fault}");
            await Do(fault);
        }
        finally
        {
            turn.Release();
        }
    }

    private Task Do(LabFault fault) => fault switch
    {
        LabFault.Crash f => Crash(lab.Known(f.Host)),
        LabFault.Start f => Start(lab.Known(f.Host)),
        LabFault.Hang f => Hang(lab.Known(f.Host)),
        LabFault.Unhang f => Unhang(lab.Known(f.Host)),
        LabFault.Cut { Side: { } side } f => Change(f.Host, f.Network, link => lab.KnownSide(side) == 1 ? link with { CutFirst = true } : link with { CutSecond = true }),
        LabFault.Cut f => Change(f.Host, f.Network, link => link with { Cut = true }),
        LabFault.OneWay f => Change(f.Host, f.Network, link => f.In ? link with { DropIn = true } : link with { DropOut = true }),
        LabFault.Loss f => Change(f.Host, f.Network, link => link with { LossPercent = f.Percentage }),
        LabFault.Rate f => Change(f.Host, f.Network, link => link with { BitsPerSecond = f.BitsPerSecond }),
        LabFault.Mtu f => Change(f.Host, f.Network, link => link with { PacketBytes = f.PacketBytes }),
        LabFault.Heal f => Apply(Faults.Healed(lab.Known(f.Host, store: true), lab.Network(f.Network).Name)),
        LabFault.Apart f => Apply(Faults.With(Pair(f))),
        LabFault.Switch f => Apply(Faults.WithSwitch(lab.KnownSwitch(f.Network), f.Up)),
        LabFault.Gateway f => Apply(Faults.WithGateway(Gateway(f.Network), f.Up)),
        LabFault.HealAll => HealAll(),
        LabFault.StopProcess f => StopProcess(f),
        LabFault.ContProcess f => ContinueProcess(f),
        LabFault.HangGuest f => HangGuest(f),
        LabFault.GuestAgent f => SilenceAgent(f),
        LabFault.Busy f => KeepBusy(f),
        LabFault.FenceDevice f => Keep(Faults.WithFenceDevice(lab.Known(f.Host), f.State)),
        LabFault.StoreWrites f => StoreWrites(lab.Known(f.Host), f.Refused),
        LabFault.Point f => Task.Run(() => Points(f.Host).Set(f)),
        LabFault.Watchdog f => Keep(Faults.WithWatchdog(lab.Known(f.Host), f.State == "broken")),
        _ => throw new LabException($"The fault '{fault}' is not known to this supervisor; take the lab down and up again."),
    };

    private async Task Crash(string host)
    {
        await power.Crash(host, links);
        PoweredOff(host);
        await Keep(Faults.WithHung(host, null) with { Stopped = [.. Faults.Stopped.Where(entry => !entry.StartsWith(host + " ", StringComparison.Ordinal))] });
    }

    private async Task Start(string host)
    {
        await power.Boot(host, Faults);
        foreach (var fault in Faults.Links.Where(link => link.Host == host && (link.BitsPerSecond > 0 || link.PacketBytes > 0)))
        {
            await Shape(fault);
        }
    }

    private async Task Hang(string host) => await Keep(Faults.Hung.ContainsKey(host) ? Faults : Faults.WithHung(host, await HostHang.Hang(host, On(host))));

    private Task Unhang(string host)
    {
        if (Faults.Hung.TryGetValue(host, out var before) && lab.Paths.Host(host).InitProcess is { } init)
        {
            HostHang.Unhang(init, [.. before]);
        }

        return Keep(Faults.WithHung(host, null));
    }

    private async Task Change(string host, string network, Func<LinkFault, LinkFault> change)
    {
        var link = lab.LinksOf(lab.Known(host, store: true)).FirstOrDefault(link => link.Name == lab.Network(network).Name)
            ?? throw new LabException($"'{host}' has no link to the network '{network}'.");
        await Apply(Faults.With(change(Faults.Of(host, link.Name))));
    }

    private string Gateway(string network) => lab.Gateways.Contains(lab.Network(network))
        ? network
        : throw new LabException($"The network '{network}' has no router; there is one on {string.Join(", ", lab.Gateways.Select(one => one.Name))}.");

    private PairFault Pair(LabFault.Apart f) => f.Host != f.Other
        ? new(lab.Known(f.Host), lab.Known(f.Other), lab.Network(f.Network).Name)
        : throw new LabException($"'{f.Host}' cannot be kept apart from itself; name two hosts.");

    private async Task HealAll()
    {
        foreach (var host in Faults.Hung.Keys.ToList())
        {
            await Unhang(host);
        }

        foreach (var entry in Faults.Stopped)
        {
            Stopped(entry).Signal(Native.SigCont);
        }

        foreach (var host in Faults.WritesRefused)
        {
            await StoreWrites(host, refused: false);
        }

        foreach (var host in lab.Hosts)
        {
            Points(host).Clear();
        }

        await Apply(new FaultTable());
    }

    private PointFiles Points(string host) => new(host, lab.Paths.Host(lab.Known(host)).Points);

    /// <summary>Makes links and filter agree with a new table, as a whole.</summary>
    private async Task Apply(FaultTable wanted)
    {
        foreach (var cable in lab.Cables)
        {
            links.Set(cable.Port, power.IsOn(cable.Host) && wanted.PortUp(cable));
        }

        await Shell.Must([.. InSwitches, "nft", "-f", "-"], LinkRules.Filter(wanted, Ports, wanted.GatewaysDown.Select(network => lab.Gateway(lab.Network(network)))));
        await PortsForward(wanted);
        var before = Faults;
        await Keep(wanted);
        foreach (var link in before.Links.Concat(wanted.Links).Select(link => (link.Host, link.Network)).Distinct())
        {
            var (old, now) = (before.Of(link.Host, link.Network), wanted.Of(link.Host, link.Network));
            if ((old.BitsPerSecond, old.PacketBytes) != (now.BitsPerSecond, now.PacketBytes) && power.IsOn(link.Host))
            {
                await Shape(now);
            }
        }
    }

    private IEnumerable<string> Ports(string host, string network) => lab.CablesOf(host).Where(cable => cable.Network.Name == network).Select(cable => cable.Port);

    /// <summary>The kernel hands a link's new state on up to a second later; until then a healed port still drops.</summary>
    private async Task PortsForward(FaultTable wanted)
    {
        var ports = lab.Cables.Where(cable => power.IsOn(cable.Host) && wanted.PortUp(cable)).Select(cable => cable.Port).ToList();
        for (var since = System.Diagnostics.Stopwatch.StartNew(); since.Elapsed < PortLimit; await Task.Delay(20))
        {
            var state = await Shell.Must([.. InSwitches, "bridge", "link", "show"]);
            var forwarding = state.Split('\n').Where(line => line.Contains(" state forwarding ", StringComparison.Ordinal) && line.Contains("LOWER_UP", StringComparison.Ordinal)).ToList();
            if (ports.All(port => forwarding.Any(line => line.Contains($" {port}@", StringComparison.Ordinal))))
            {
                return;
            }
        }
    }

    /// <summary>Limits both directions, each where its packets leave; with a size limit TCP must not send bundles larger than a packet.</summary>
    private async Task Shape(LinkFault fault)
    {
        var uplink = HostFiles.Uplink(lab.Network(fault.Network));
        string[] inHost = ["nsenter", $"--net=/proc/{On(fault.Host).Pid}/ns/net"];
        foreach (var (place, link) in Ports(fault.Host, fault.Network).Select(port => (InSwitches, port)).Append((inHost, uplink)))
        {
            var set = await Shell.Run([.. place, .. LinkRules.Limit(link, fault.BitsPerSecond)]);
            if (set.ExitCode != 0 && fault.BitsPerSecond > 0)
            {
                throw new LabException($"The rate of {fault.Host}'s link to {fault.Network} cannot be limited: {set.Error.Trim()}.");
            }
        }

        await Shell.Must([.. inHost, "ip", "link", "set", "dev", uplink, "gso_max_segs", fault.PacketBytes > 0 ? "1" : "65535"]);
    }

    private async Task StopProcess(LabFault.StopProcess fault)
    {
        var stopped = new List<string>();
        foreach (var pid in Pids(fault.Host, fault.Process))
        {
            if (ProcessId.Of(pid) is { } process)
            {
                process.Signal(fault.Kill ? Native.SigKill : Native.SigStop);
                stopped.Add($"{fault.Host} {fault.Process} {process}");
                var limit = System.Diagnostics.Stopwatch.StartNew();
                while (process.Alive && (fault.Kill || !HostProcesses.Stopped(pid)) && limit.Elapsed < TimeSpan.FromSeconds(5))
                {
                    await Task.Delay(1);
                }
            }
        }

        if (!fault.Kill)
        {
            await Keep(Faults with { Stopped = [.. Faults.Stopped, .. stopped] });
        }
    }

    private Task ContinueProcess(LabFault.ContProcess fault)
    {
        foreach (var pid in Pids(fault.Host, fault.Process))
        {
            _ = Native.Kill(pid, Native.SigCont);
        }

        return Keep(Faults with { Stopped = [.. Faults.Stopped.Where(entry => !entry.StartsWith($"{fault.Host} {fault.Process} ", StringComparison.Ordinal))] });
    }

    private async Task StoreWrites(string host, bool refused)
    {
        await StoreFiles.Refuse(lab.Paths, lab.Slot(host), refused);
        await Keep(Faults.WithWrites(host, refused));
    }

    private async Task HangGuest(LabFault.HangGuest fault)
    {
        using var console = Console(fault.Host, fault.Machine);
        await Shell.Must(LabCluster.Inside(lab, fault.Host, ["virsh", "-q", "inject-nmi", fault.Machine]));
        await console.Says("Kernel panic");
    }

    private async Task SilenceAgent(LabFault.GuestAgent fault)
    {
        using var console = Console(fault.Host, fault.Machine);
        await console.Enter(fault.Stop ? "agent stop" : "agent cont");
        await console.Says(fault.Stop ? "agent stopped" : "agent continued");
    }

    private async Task KeepBusy(LabFault.Busy fault)
    {
        using var console = Console(fault.Host, fault.Machine);
        await console.Enter($"busy {fault.Percentage}");
        await console.Says("holdfast-guest busy");
    }

    private GuestConsole Console(string host, string machine)
    {
        _ = Pids(host, $"qemu:{machine}");
        return new(machine, lab.Paths.Host(host).ConsoleSocket(machine)!);
    }

    private IReadOnlyList<int> Pids(string host, string process) => HostProcesses.Find(On(lab.Known(host, store: true)), process) is { Count: > 0 } pids
        ? pids
        : throw new LabException($"No process {process} runs on {host}.");

    private ProcessId On(string host) => lab.Paths.Host(host).InitProcess
        ?? throw new LabException($"The host {host} is off; 'holdfast lab fault start {host}' starts it.");

    private static ProcessId Stopped(string entry)
    {
        var words = entry.Split(' ');
        return new(int.Parse(words[^2], System.Globalization.CultureInfo.InvariantCulture), long.Parse(words[^1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private string[] InSwitches => ["nsenter", $"--net=/proc/{yard.Pid}/ns/net"];

    private Task Keep(FaultTable table)
    {
        Faults = table;
        var file = lab.Paths.Faults;
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(table, StateJson.Default.FaultTable));
        File.Move(file + ".new", file, overwrite: true);
        return Task.CompletedTask;
    }

    internal static FaultTable Load(LabState lab)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(lab.Paths.Faults), StateJson.Default.FaultTable) ?? new();
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return new();
        }
    }
}
