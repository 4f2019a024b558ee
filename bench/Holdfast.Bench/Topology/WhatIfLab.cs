using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench.Topology;

/// <summary>A lab of three hosts with a machine on each.</summary>
internal sealed class WhatIfLab(string name)
{
    private static readonly TimeSpan WholeLimit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TaskLimit = TimeSpan.FromMinutes(3);

    /// <summary>Of the isolation table: works as usual.</summary>
    private const int Usual = 13;

    public string Name => name;

    public async Task CreateAsync(CancellationToken cancel)
    {
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(name));
        foreach (var host in LabCluster.Status(name).Hosts)
        {
            await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = $"m{host.Name[1..]}", Start = true, Host = host.Name }, cancel), TaskLimit, null, cancel);
        }
    }

    public Task<TopologyReport> TopologyAsync(CancellationToken cancel) => AskAsync(c => c.TopologyAsync(cancel));

    public Task<WhatIfReport> WhatIfAsync(string component, CancellationToken cancel) => AskAsync(c => c.WhatIfAsync([component], cancel));

    /// <summary>What people do to the thing that is meant.</summary>
    public async Task<LabFault> CutOfAsync(TopologyComponent component, CancellationToken cancel)
    {
        var parts = component.Name.Split('/');
        return component.Kind switch
        {
            "switch" or "network" => new LabFault.Switch(component.Name, Up: false),
            "host" => new LabFault.Crash(component.Name),
            "link" => new LabFault.Cut(At(parts[0]), parts[1]),
            "nic" => new LabFault.Cut(At(parts[0]), parts[1], await SideAsync(component, cancel)),
            // Its server's only way to the hosts.
            "datastore" => new LabFault.Cut("store", "storage"),
            "fence" => new LabFault.FenceDevice(parts[0], "broken"),
            "etcd" => new LabFault.StopProcess(component.Name, "etcd", Kill: false),
            "address" => new LabFault.Gateway(LabCluster.Status(name).Hosts[0].Addresses.First(a => Range(a.Value) == Range(component.Name)).Key, Up: false),
            _ => throw new BenchException($"Nothing in a lab is a {component.Kind} ({component.Id})."),
        };

        string At(string of) => LabCluster.Status(name).Hosts.Any(h => h.Name == of) ? of : "store";

        static string Range(string address) => address[..address.LastIndexOf('.')];
    }

    /// <summary>How long what was said has to go on: longer than a host's silence takes to prove its death, and where a datastore is lost longer than its machines take to be given over.</summary>
    public async Task<TimeSpan> LongestWaitAsync(Ending said, CancellationToken cancel)
    {
        var timers = (await AskAsync(c => c.TimersAsync(cancel))).Timers;
        return TimeSpan.FromSeconds(Seconds("dead") + (said.LeavesStanding ? Seconds("storage-loss-limit") : 0)) + Lateness;

        double Seconds(string timer) => timers.First(t => t.Name == timer).Seconds ?? throw new BenchException($"The lab's timer {timer} is infinite.");
    }

    /// <summary>Waits until everything is as usual, what-if knows of nothing that is down, and each machine runs once, on the host that it was made on.</summary>
    /// <returns>The machines.</returns>
    public async Task<IReadOnlyList<TruthMachine>> WholeAsync(CancellationToken cancel)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(500, cancel))
        {
            var machines = (await LabCluster.Truth(name, cancel)).Machines;
            if (await NotWholeAsync(machines, cancel) is not { } not)
            {
                return machines;
            }

            if (since.Elapsed > WholeLimit)
            {
                throw new BenchException($"The lab '{name}' is not whole after {WholeLimit.TotalSeconds:0} s: {not}.");
            }
        }
    }

    public async Task<Ending> SeenAsync(IReadOnlyList<TruthMachine> before, CancellationToken cancel)
    {
        var machines = (await LabCluster.Truth(name, cancel)).Machines;
        return new(
            [.. (await HostsAsync(cancel)).Select(h => h.Detail is null ? $"{h.Name} {(h.On ? "silent" : "off")}" : Ending.Host(h.Name, h.Detail.Verdict, h.Detail.Row))],
            [.. before.OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => Seen(m, machines.First(now => now.Name == m.Name)))]);
    }

    /// <summary>Nothing may cancel this: what a cut has broken must not stay broken.</summary>
    public async Task HealAsync()
    {
        await LabCluster.Fault(name, new LabFault.HealAll(), CancellationToken.None);
        foreach (var host in LabCluster.Status(name).Hosts.Where(h => h.Power == "off"))
        {
            await LabCluster.Fault(name, new LabFault.Start(host.Name), CancellationToken.None);
        }
    }

    /// <summary>A frozen copy may stay on its old host until the fault is over; only one that executes is a second one.</summary>
    private static string Seen(TruthMachine before, TruthMachine now) => now.Copies.Where(c => c.Executing).ToList() switch
    {
        [] when now.Copies is [var frozen, ..] => Ending.Standing(before.Name, frozen.Host),
        [] => Ending.Machine(before.Name, "", null),
        [{ } copy] => Ending.Machine(before.Name, now.BootId != before.BootId ? "anew on" : copy.Host == before.Copies[0].Host ? "runs on" : "live to", copy.Host),
        var twice => $"{before.Name} executes in {twice.Count} copies",
    };

    private async Task<string?> NotWholeAsync(IReadOnlyList<TruthMachine> machines, CancellationToken cancel)
    {
        var hosts = await HostsAsync(cancel);
        if (hosts.FirstOrDefault(h => h.Detail is not { Row: Usual, State: HostState.Up }) is { Name: { } host } one)
        {
            return $"{host} is {one.Detail?.State.ToString() ?? "silent"}, in row {one.Detail?.Row}";
        }

        if (machines.FirstOrDefault(m => m is not { Copies: [{ Executing: true }], BootId: not null }) is { } broken)
        {
            return $"{broken.Name} has {broken.Copies.Count} copies, {broken.Copies.Count(c => c.Executing)} of them execute";
        }

        if (machines.All(m => m.Copies[0].Host == Home(m.Name)) && hosts.Select(h => h.Detail!.MemoryFreeMiB).Distinct().Count() > 1)
        {
            return "the hosts do not all have the same room yet";
        }

        try
        {
            return machines.FirstOrDefault(m => m.Copies[0].Host != Home(m.Name)) is { } away ? await ReturnAsync(away.Name, cancel) : await DownAlreadyAsync(cancel);
        }
        catch (ApiException e)
        {
            return e.Message;
        }
    }

    /// <summary>So that each cut strikes a machine, and each takes the same way.</summary>
    private Task<string?> ReturnAsync(string machine, CancellationToken cancel) => AskAsync(async client =>
    {
        await client.WaitAsync(await client.MigrateAsync(machine, new(Home(machine)), cancel), TaskLimit, null, cancel);
        return (string?)$"{machine} has moved to {Home(machine)} just now";
    });

    /// <summary>A fence device that failed, and a cable without carrier, count until they are looked at again. Nothing hangs on a member of etcd, so all else that is down without it is down already.</summary>
    private async Task<string?> DownAlreadyAsync(CancellationToken cancel)
    {
        var leaf = $"etcd:{Home("m1")}";
        return (await WhatIfAsync(leaf, cancel)).Down.FirstOrDefault(c => c != leaf) is { } down ? $"{down} is down" : null;
    }

    private static string Home(string machine) => $"h{machine[1..]}";

    /// <summary>Of each host, its own word; null: its agent does not answer.</summary>
    private async Task<IReadOnlyList<(string Name, bool On, HostDetail? Detail)>> HostsAsync(CancellationToken cancel)
    {
        var hosts = new List<(string, bool, HostDetail?)>();
        foreach (var host in LabCluster.Status(name).Hosts)
        {
            try
            {
                using var client = HoldfastClient.Unix(LabCluster.AgentSocket(name, host.Name), local: true);
                client.Patience = TimeSpan.FromSeconds(2);
                hosts.Add((host.Name, true, await client.HostAsync(host.Name, cancel)));
            }
            catch (Exception e) when (e is ApiException or LabException)
            {
                hosts.Add((host.Name, host.Power == "on", null));
            }
        }

        return hosts;
    }

    /// <summary>Of the switch that the cable goes into.</summary>
    private async Task<int> SideAsync(TopologyComponent nic, CancellationToken cancel) =>
        (await TopologyAsync(cancel)).Edges.First(e => e.From == nic.Id && e.Role == "plugged").To == "switch:sw1" ? 1 : 2;

    private async Task<T> AskAsync<T>(Func<HoldfastClient, Task<T>> question)
    {
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(name));
        return await question(client);
    }
}
