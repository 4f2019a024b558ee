using System.Diagnostics;
using System.Net;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Tests.Network;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Etcd;

/// <summary>Debian's etcd, three members on loopback with ports of their own.</summary>
[Trait("Category", "Lab")]
public sealed class EtcdLabTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-etcd-").FullName;
    private readonly Guid cluster = Guid.NewGuid();
    private readonly List<EtcdMember> members = [.. Enumerable.Range(1, 3).Select(n => new EtcdMember($"h{n}", IPAddress.Loopback, Loopback.FreePort(), Loopback.FreePort()))];
    private readonly List<EtcdProcess> processes = [];

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/etcd"), "Debian's etcd-server is not installed");
        foreach (var member in members)
        {
            var process = new EtcdProcess(Options(member.Name));
            processes.Add(process);
            process.Start();
        }

        await UntilAsync(() => processes.All(p => p.Pid is not null), "three etcd processes");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        foreach (var member in members)
        {
            if (EtcdProcess.FindRunning(Options(member.Name).DataDirectory) is { } pid)
            {
                Kill(pid);
            }
        }

        await UntilAsync(() => members.All(m => EtcdProcess.FindRunning(Options(m.Name).DataDirectory) is null), "the end of etcd");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Names_and_addresses_are_unique_views_follow_and_without_quorum_changes_are_refused()
    {
        await using var one = Opened("h1");
        await using var two = Opened("h2");
        await UntilAsync(() => one.Quorum && two.Quorum, "a quorum");

        var web = Machine("web", "52:54:00:00:00:01");
        Assert.Null(await one.AddMachineAsync(new IntentMachine(web, Run: true)));
        Assert.NotNull(one.View.Find("web"));
        await UntilAsync(() => two.View.Find("web") is not null, "the watch of the other host");
        Assert.Contains("exists already", (await two.AddMachineAsync(new IntentMachine(Machine("web", "52:54:00:00:00:02"), true)))!.Text);
        Assert.Contains("MAC address", (await two.AddMachineAsync(new IntentMachine(Machine("db", "52:54:00:00:00:01"), true)))!.Text);
        Assert.Null(two.View.Find("db"));
        Assert.Null(await two.ChangeMachineAsync(web.Id, m => m with { Run = false }));
        await UntilAsync(() => one.View.Find("web") is { Run: false }, "the change");
        Assert.Equal(IntentProblem.NotFound, (await one.ChangeMachineAsync(Guid.NewGuid(), m => m))!.Problem);

        var shared = new IntentDatastore("shared", "/s", 4, Guid.NewGuid(), "fast");
        Assert.Null(await one.AddDatastoreAsync(shared));
        Assert.Null(await one.AddDatastoreAsync(shared));
        Assert.Contains("exists already", (await two.AddDatastoreAsync(shared with { Path = "/t" }))!.Text);

        // One member dies: it comes back by itself, adopted or started anew, and nothing is lost meanwhile.
        var first = processes[0].Pid!.Value;
        Kill(first);
        Assert.Null(await one.ChangeMachineAsync(web.Id, m => m with { Run = true }));
        await UntilAsync(() => processes[0].Pid is { } pid && pid != first, "the member's restart");

        // Two members end for good: no quorum.
        foreach (var n in new[] { 1, 2 })
        {
            await processes[n].DisposeAsync();
            Kill(processes[n].Pid!.Value);
        }

        var refusal = await one.RemoveMachineAsync(web.Id);
        Assert.Equal(IntentProblem.NoQuorum, refusal!.Problem);
        Assert.StartsWith("no quorum: ", refusal.Text);
        await UntilAsync(() => !one.Quorum, "the loss of the quorum");
        Assert.NotNull(one.View.Find("web"));

        // And back: an etcd that runs already is adopted by the next agent.
        await using var again = new EtcdProcess(Options("h2"));
        again.Start();
        await UntilAsync(() => one.Quorum, "the quorum's return");
        await using var adopter = new EtcdProcess(Options("h2"));
        adopter.Start();
        await UntilAsync(() => adopter.Pid is not null, "the adoption");
        Assert.Equal((again.Pid, 0), (adopter.Pid, adopter.Starts));
        Assert.Null(await one.RemoveMachineAsync(web.Id));
        Assert.Null(one.View.Find("web"));
        Assert.Null(await one.AddMachineAsync(new IntentMachine(Machine("web", "52:54:00:00:00:01"), false)));
    }

    [Fact]
    public async Task An_IP_address_belongs_to_one_machine_until_it_is_taken_from_it_and_two_that_want_it_at_once_do_not_both_get_it()
    {
        await using var one = Opened("h1");
        await using var two = Opened("h2");
        await UntilAsync(() => one.Quorum && two.Quorum, "a quorum");

        var web = Machine("web", "52:54:00:00:00:01") with { Addresses = ["10.1.2.3", "10.1.2.4"] };
        Assert.Null(await one.AddMachineAsync(new IntentMachine(web, Run: true)));
        var taken = await two.AddMachineAsync(new IntentMachine(Machine("db", "52:54:00:00:00:02") with { Addresses = ["10.1.2.9", "10.1.2.4"] }, true));
        Assert.Equal(IntentProblem.Taken, taken!.Problem);
        Assert.Equal("10.1.2.4 belongs to machine web; take another or remove it there with 'holdfast vm set web --remove-ip 10.1.2.4'.", taken.Text);

        // Nothing of the refused one is left: neither its name nor its other address.
        var db = Machine("db", "52:54:00:00:00:02") with { Addresses = ["10.1.2.9"] };
        Assert.Null(await two.AddMachineAsync(new IntentMachine(db, true)));
        Assert.Equal("10.1.2.3 belongs to machine web; take another or remove it there with 'holdfast vm set web --remove-ip 10.1.2.3'.", (await two.ChangeAddressesAsync(db.Id, ["10.1.2.5", "10.1.2.3"], [])).Refusal!.Text);
        Assert.Equal(["10.1.2.9"], two.View.Machines[db.Id].Definition.Addresses.AsEnumerable());

        Assert.Equal(["10.1.2.3"], (await one.ChangeAddressesAsync(web.Id, ["10.1.2.3"], ["10.1.2.4"])).Definition!.Addresses.AsEnumerable());
        Assert.Null((await two.ChangeAddressesAsync(db.Id, ["10.1.2.4"], ["10.1.2.9"])).Refusal);
        await UntilAsync(() => one.View.Machines.GetValueOrDefault(db.Id) is { Definition.Addresses: ["10.1.2.4"] }, "the watch of the other host");

        var both = await Task.WhenAll(one.ChangeAddressesAsync(web.Id, ["10.1.2.9"], []), two.ChangeAddressesAsync(db.Id, ["10.1.2.9"], []));
        Assert.Single(both, b => b.Refusal is null);

        // With its machine an address is free again, also one that the remover's view does not have yet.
        Assert.Null(await one.RemoveMachineAsync(web.Id));
        Assert.Null(await two.AddMachineAsync(new IntentMachine(Machine("web", "52:54:00:00:00:01") with { Addresses = ["10.1.2.3"] }, true)));
    }

    private static MachineDefinition Machine(string name, string mac) => new(Guid.NewGuid(), name, "shared", 192, 1, 100, mac, [new("disk0.raw", 1)]);

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    private static async Task UntilAsync(Func<bool> it, string what)
    {
        for (var since = Stopwatch.GetTimestamp(); !it(); await Task.Delay(20))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Limit, $"{what} did not come within {Limit.TotalSeconds} s");
        }
    }

    private EtcdOptions Options(string host) =>
        new(cluster, host, [.. members], 0, 0, Path.Combine(folder, host), Path.Combine(folder, host + ".log"));

    private EtcdIntentStore Opened(string host)
    {
        var store = new EtcdIntentStore(Options(host));
        store.Start();
        return store;
    }
}
