using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Cli.Tests.Calls;

namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class AddressTests(RunningLab lab)
{
    private static readonly string[] Hosts = ["h1", "h2", "h3"];

    [Fact]
    public async Task An_IP_address_of_another_machine_is_refused_with_its_name_until_it_is_taken_from_it()
    {
        await lab.FreshAsync();
        await lab.MustAsync("vm", "create", "web2", "--ip", "10.200.0.3", "--host", "h1");
        const string refusal = "10.200.0.3 belongs to machine web2; take another or remove it there with 'holdfast vm set web2 --remove-ip 10.200.0.3'.";

        // Asked of another host's agent, which may not have heard of the first yet.
        var created = await lab.CallAsync("vm", "create", "web3", "--ip", "10.200.0.4", "--ip", "10.200.0.3", "--host", "h2");
        Assert.Equal(ExitCode.Failed, created.Exit);
        Assert.Contains(refusal, created.Error, StringComparison.Ordinal);
        Assert.Single(await lab.MachinesAsync());
        await lab.MustAsync("vm", "create", "web3", "--ip", "10.200.0.4", "--host", "h2");
        Assert.Contains(refusal, (await lab.CallAsync("vm", "set", "web3", "--ip", "10.200.0.3", "--host", "h3")).Error, StringComparison.Ordinal);

        await lab.MustAsync("vm", "set", "web2", "--remove-ip", "10.200.0.3");
        await lab.MustAsync("vm", "set", "web3", "--ip", "10.200.0.3");
        Assert.Equal(["10.200.0.4", "10.200.0.3"], (await lab.MachineAsync("web3")).Ips);
        Assert.Contains("web3 has no address 10.9.9.9; it has 10.200.0.4, 10.200.0.3.", (await lab.CallAsync("vm", "set", "web3", "--remove-ip", "10.9.9.9")).Error, StringComparison.Ordinal);

        await lab.MustAsync("vm", "delete", "web3", "--yes");
        await lab.MustAsync("vm", "set", "web2", "--ip", "10.200.0.4");
    }

    [Fact]
    public async Task A_foreign_device_that_claims_a_machine_s_address_is_told_on_every_host_within_seconds()
    {
        await lab.FreshAsync();
        await lab.CreateAsync("owner", "h1", "--ip", "10.200.0.8");

        // A live migration takes the address along, and is no second device.
        await lab.MustAsync("vm", "migrate", "owner", "h2");
        await using (await ForeignDevice.AddAsync("h3", "10.200.0.8"))
        {
            var since = Stopwatch.GetTimestamp();
            await ForeignDevice.SpeakAsync("h3");
            foreach (var host in Hosts)
            {
                await UntilToldAsync(host, "owner", $"a second device claims the IP address 10.200.0.8 of owner: its MAC address is {ForeignDevice.Mac}, seen behind port {(host == "h3" ? "foreign1 of h3" : $"guest0up of {host}")}");
            }

            Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 10);
            foreach (var host in Hosts)
            {
                // Of the migration nothing was told, neither before the device came nor since.
                Assert.All(await ToldAsync(host, "owner"), text => Assert.Contains(ForeignDevice.Mac, text, StringComparison.Ordinal));
            }

            Assert.Contains("claims the IP address 10.200.0.8 of owner", (await lab.CallAsync("status", "--host", "h1")).Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task After_a_power_cut_another_host_hears_where_the_machine_s_addresses_are_now()
    {
        await lab.FreshAsync();

        // No address of the guest's own: nobody but its host can announce it.
        await lab.CreateAsync("moved", "h1", "--ip", "10.200.0.7");
        var mac = (await lab.MachineAsync("moved")).Mac!;
        var heard = new Dictionary<string, Task<Call>> { ["h2"] = HearAsync("h2", mac, "10.200.0.7"), ["h3"] = HearAsync("h3", mac, "10.200.0.7") };
        foreach (var host in heard.Keys)
        {
            await RunningLab.UntilAsync($"the listener on {host} listens", TimeSpan.FromSeconds(15), async () =>
                (await lab.CallAsync("lab", "exec", "--lab", RunningLab.Name, host, "--", "grep", "-q", " 0003 ", "/proc/net/packet")).Exit == 0 ? null : "it has no socket yet");
        }

        await RunningLab.FaultAsync("crash h1");

        var after = await lab.SeenAsync("moved", "runs once, elsewhere", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h1");
        var other = after.Copies[0].Host == "h2" ? "h3" : "h2";
        var lines = (await heard[other]).Out.Split('\n');
        Assert.Contains($"arp 0001 {mac} 10.200.0.7 10.200.0.7", lines);
        Assert.Contains("rarp", lines);
    }

    [Fact]
    public async Task A_start_is_refused_when_a_device_has_the_address_and_a_restart_after_a_power_cut_is_not_and_is_told()
    {
        await lab.FreshAsync();
        await using var foreign = await ForeignDevice.AddAsync("h3", "10.200.0.9");
        await lab.MustAsync("vm", "create", "late", "--ip", "10.200.0.9", "--memory", "192MiB");
        var refused = await lab.CallAsync("vm", "start", "late", "--on", "h1");
        Assert.Equal(ExitCode.Failed, refused.Exit);
        Assert.Contains($"late is not started: a device on the guest network, with the MAC address {ForeignDevice.Mac}, has its address 10.200.0.9 already", refused.Error, StringComparison.Ordinal);
        Assert.Equal(DesiredState.Stop, (await lab.MachineAsync("late")).Desired);

        // And nothing is left of a creation that was to be started.
        await lab.MustAsync("vm", "set", "late", "--remove-ip", "10.200.0.9");
        var created = await lab.CallAsync("vm", "create", "later", "--ip", "10.200.0.9", "--start");
        Assert.Contains("later is not created", created.Error, StringComparison.Ordinal);
        Assert.Equal(["late"], (await lab.MachinesAsync()).Select(m => m.Name));

        // The device came while it ran: its host dies, and the promise that it runs counts for more.
        await lab.MustAsync("vm", "start", "late", "--wait", "--on", "h1");
        await lab.MustAsync("vm", "set", "late", "--ip", "10.200.0.9");
        await lab.SeenAsync("late", "counts on h1", m => RunningLab.Executes(m, "h1") && m.Counter >= 3);
        Assert.Empty(await ToldAsync("h2", "late"));
        await RunningLab.FaultAsync("crash h1");
        var after = await lab.SeenAsync("late", "runs once, elsewhere", m => m.Copies is [{ Executing: true } copy] && copy.Host != "h1");
        await RunningLab.UntilAsync("the taker tells of the device", TimeSpan.FromSeconds(10), async () =>
            (await ToldAsync(after.Copies[0].Host, "late")) is var told && told.Any(text => text.Contains($"10.200.0.9 of late: its MAC address is {ForeignDevice.Mac}", StringComparison.Ordinal)) ? null : string.Join("; ", told));
    }

    private Task UntilToldAsync(string host, string machine, string sentence) => RunningLab.UntilAsync($"{host} tells '{sentence}'", TimeSpan.FromSeconds(15), async () =>
        (await ToldAsync(host, machine)) is var told && told.Contains(sentence) ? null : string.Join("; ", told));

    private Task<string[]> ToldAsync(string host, string machine) => lab.EventsAsync(host, "duplicate-address", machine);

    /// <summary>What a host's uplink to the guest network hears from a MAC address until the address has been announced twice, 60 s at most. Not Holdfast's own code: it is what is judged.</summary>
    private Task<Call> HearAsync(string host, string mac, string ip) => lab.CallAsync("lab", "exec", "--lab", RunningLab.Name, host, "--", "python3", "-c", $$"""
        import socket, time
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind(("guest0up", 0))
        s.settimeout(0.2)
        end, left = time.time() + 60, 2
        while time.time() < end and left:
            try: f = s.recv(2048)
            except socket.timeout: continue
            if f[6:12].hex(":") != "{{mac}}": continue
            if f[12:14] == b"\x08\x06":
                ips = socket.inet_ntoa(f[28:32]), socket.inet_ntoa(f[38:42])
                print("arp", f[20:22].hex(), f[22:28].hex(":"), *ips)
                left -= ips == ("{{ip}}", "{{ip}}")
            elif f[12:14] == b"\x80\x35": print("rarp")
        """);
}
